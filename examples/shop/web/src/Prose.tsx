/** A sentence whose text between backticks is code. */
export function Prose({ text }: { readonly text: string }) {
  return text.split("`").map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no other identity
    index % 2 === 1 ? <code key={index}>{part}</code> : part,
  );
}
