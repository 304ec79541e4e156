import type { ReactNode } from "react";

type View = "documents" | "instances" | "playground";

export interface MastheadProps {
  readonly view: View;
  /** The address of the shop's page; undefined if it is not served, so that there is only one view. */
  readonly shop: string | undefined;
  readonly title: string;
  /** The sentences below the title. */
  readonly children: ReactNode;
}

/** The top of a page, with links to the other views. */
export function Masthead({ view, shop, title, children }: MastheadProps) {
  const links: readonly (readonly [View, string, string])[] = [
    ["documents", "Two hosts", `${shop}#documents`],
    ["instances", "Twelve instances", `${shop}#instances`],
    ["playground", "Your document", "playground.html"],
  ];
  return (
    <header className="masthead">
      <div className="top">
        <p className="brand">
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M3 7h14M3 13h14" />
          </svg>
          isoflag
        </p>
        {shop !== undefined && (
          <nav aria-label="Views">
            {links.map(([name, label, address]) => (
              <a key={name} href={address} aria-current={name === view ? "page" : undefined}>
                {label}
              </a>
            ))}
          </nav>
        )}
      </div>
      <h1>{title}</h1>
      <p className="lede">{children}</p>
    </header>
  );
}
