import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import type { Note } from "./edited";

const HIGHLIGHT = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--ink)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-atom)" },
  { tag: tags.punctuation, color: "var(--ink-3)" },
]);

export interface JsonEditorProps {
  /** The label for screen readers. */
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly notes: readonly Note[];
  /** A position to show; another object shows it again. */
  readonly shown?: { readonly offset: number } | undefined;
  /** A longer text is refused as a whole, whether typed or pasted. */
  readonly largest?: number;
  /** Receives the length of a text that is refused. */
  readonly onTooLarge?: (length: number) => void;
}

/** A JSON editor with errors marked in place. Tab leaves it, like any other field. */
export function JsonEditor(props: JsonEditorProps) {
  const { label, value, onChange, notes, shown, largest = Number.POSITIVE_INFINITY, onTooLarge } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const changed = useRef(onChange);
  changed.current = onChange;
  const tooLarge = useRef(onTooLarge);
  tooLarge.current = onTooLarge;
  const first = useRef(value);

  useEffect(() => {
    if (!place.current) return;
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          lineNumbers(),
          foldGutter(),
          lintGutter(),
          history(),
          drawSelection(),
          bracketMatching(),
          json(),
          syntaxHighlighting(HIGHLIGHT),
          keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
          EditorState.changeFilter.of(transaction => {
            const { length } = transaction.newDoc;
            if (length > largest) tooLarge.current?.(length);
            return length <= largest;
          }),
          EditorView.updateListener.of(update => {
            if (update.docChanged) changed.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label, largest]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const now = editor.state.doc.toString();
    if (now !== value) editor.dispatch({ changes: difference(now, value) });
    const length = editor.state.doc.length;
    const within = notes.map(note => ({
      ...note,
      from: Math.min(note.from, length),
      to: Math.min(note.to, length),
    }));
    editor.dispatch(setDiagnostics(editor.state, within));
  }, [value, notes]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !shown) return;
    const at = Math.min(shown.offset, editor.state.doc.length);
    editor.dispatch({
      selection: { anchor: at },
      effects: EditorView.scrollIntoView(at, { y: "start", yMargin: 24 }),
    });
    editor.focus();
  }, [shown]);

  return <div className="editor" ref={place} />;
}

/** The one range that differs, so that the caret and the scroll position are kept. */
function difference(before: string, after: string): { from: number; to: number; insert: string } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
