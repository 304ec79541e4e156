/** `isoflag/vite`: a plugin for Vite that preloads `core.wasm` and the document, and embeds a document in the page. */

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

/** Options of the plugin. */
export interface IsoflagPluginOptions {
  /** The address of the document, as it is given to `createSource`: it is preloaded. */
  readonly url: string;
  /**
   * A file with a document, or its address, that is embedded when the page is built: the source answers with it until the
   * server has answered.
   */
  readonly embed?: string | undefined;
}

/** The members of Vite's `HtmlTagDescriptor` that are used. */
interface Tag {
  readonly tag: string;
  readonly attrs: { readonly [name: string]: string | boolean };
  readonly children?: string;
  readonly injectTo: "head-prepend";
}

/** A plugin, by the members of Vite's type that are used. */
export interface IsoflagPlugin {
  /** The name in Vite's messages. */
  readonly name: "isoflag";
  /** Called by Vite. */
  configResolved(config: { readonly base: string; readonly root: string }): void;
  /** Adds the lines to the page. */
  readonly transformIndexHtml: {
    /** After Vite has written the page. */
    readonly order: "post";
    /** Called by Vite. */
    handler(
      html: string,
      context: { readonly path?: string; readonly bundle?: Readonly<Record<string, Asset>> | undefined },
    ): Promise<Tag[]>;
  };
}

/** The members of the files that Vite has built that are used. */
interface Asset {
  readonly source?: string | Uint8Array;
}

/** Returns the names of `core.wasm` among built files. They may have any name; another package may have a `core.wasm`. */
async function namesOfModule(bundle: Readonly<Record<string, Asset>>): Promise<string[]> {
  const module = await readFile(new URL("./core.wasm", import.meta.url));
  return Object.keys(bundle).filter(name => {
    const source = bundle[name]?.source;
    return source instanceof Uint8Array && module.equals(source);
  });
}

function preload(href: string): Tag {
  return {
    tag: "link",
    attrs: { rel: "preload", as: "fetch", href, crossorigin: true },
    injectTo: "head-prepend",
  };
}

/** Reads a document, and checks that it is one. */
async function documentText(from: string, root: string): Promise<string> {
  const isAddress = /^https?:/i.test(from);
  const response = isAddress ? await fetch(from) : undefined;
  if (response !== undefined && !response.ok) throw new Error(`\`${from}\` answered ${response.status}`);
  const text = (await response?.text()) ?? (await readFile(resolve(root, from), "utf8"));
  const { Flags } = await import("./node.js");
  Flags.fromJson(text).free();
  return text;
}

/**
 * Writes the lines into the page that load `core.wasm` and the document while its scripts load, and embeds a document.
 *
 * ```js
 * import { isoflag } from "isoflag/vite";
 *
 * export default { plugins: [isoflag({ url: "/flags.json", embed: "flags.json" })] };
 * ```
 */
export function isoflag({ url, embed }: IsoflagPluginOptions): IsoflagPlugin {
  let base = "/";
  let root = ".";
  return {
    name: "isoflag",
    configResolved(config) {
      ({ base, root } = config);
    },
    transformIndexHtml: {
      order: "post",
      async handler(_html, { bundle, path = "/" }) {
        const modules = bundle === undefined ? [] : await namesOfModule(bundle);
        // A relative base is relative to the folder of the build, not to the page.
        const folder = /^(\.\/)?$/.test(base) ? `./${"../".repeat(path.split("/").length - 2)}` : base;
        const tags = [...modules.map(name => preload(folder + name)), preload(url)];
        if (embed === undefined) return tags;
        // A closing tag in a text would end the element.
        const children = (await documentText(embed, root)).replace(/</g, "\\u003c");
        const attrs = { type: "application/json", "data-isoflag": url };
        return [...tags, { tag: "script", attrs, children, injectTo: "head-prepend" }];
      },
    },
  };
}
