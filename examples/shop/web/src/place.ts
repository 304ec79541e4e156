/** Finds the position of a path such as `flags.checkout.rules[2]` in a JSON text. */
import { findNodeAtLocation, type Node, parseTree } from "jsonc-parser";

export interface Place {
  readonly from: number;
  readonly to: number;
}

/** The members and indexes of a path. */
export function parsePath(path: string): (string | number)[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]): string | number =>
      quoted !== undefined
        ? (JSON.parse(`"${quoted}"`) as string)
        : index !== undefined
          ? Number(index)
          : (name ?? ""),
  );
}

/** Returns its position; else that of the nearest existing parent, or the start of the text. */
export function placeOf(text: string, path: readonly (string | number)[], tree?: Node): Place {
  const root = tree ?? parseTree(text);
  for (let length = path.length; root && length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (!node) continue;
    // An underlined whole flag is hard to read: only its name is underlined.
    const shown =
      node.type === "object" || node.type === "array" ? (node.parent?.children?.[0] ?? node) : node;
    const short = shown.length > 200 ? { offset: shown.offset, length: 1 } : shown;
    return { from: short.offset, to: short.offset + short.length };
  }
  return { from: 0, to: Math.min(1, text.length) };
}

/** The offset of a line and a column, both from 1. */
export function placeAt(text: string, line: number, column: number): Place {
  const lines = text.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const from = Math.min(start + column - 1, text.length);
  return { from: from === text.length ? Math.max(0, from - 1) : from, to: Math.min(from + 1, text.length) };
}
