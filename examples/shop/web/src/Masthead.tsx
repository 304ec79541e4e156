/** A view of the page; the part of its address after `#`. */
export type View = "documents" | "instances";

const VIEWS: readonly (readonly [View, string])[] = [
  ["documents", "Two hosts"],
  ["instances", "Twelve instances"],
];

export interface MastheadProps {
  readonly view: View;
  readonly title: string;
  readonly lede: string;
}

/** The top of the page, with a link to its other view. */
export function Masthead({ view, title, lede }: MastheadProps) {
  return (
    <header className="masthead">
      <div className="top">
        <p className="brand">
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M3 7h14M3 13h14" />
          </svg>
          isoflag
        </p>
        <nav aria-label="Views">
          {VIEWS.map(([name, label]) => (
            <a key={name} href={`#${name}`} aria-current={name === view ? "page" : undefined}>
              {label}
            </a>
          ))}
        </nav>
      </div>
      <h1>{title}</h1>
      <p className="lede">{lede}</p>
    </header>
  );
}
