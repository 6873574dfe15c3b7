/** Colours of what is drawn by hand. Their values, for light and dark, are in main.css. */

export const colours = {
  quietText: "var(--pk-quiet-text)",
  link: "var(--pk-link)",
  divider: "var(--pk-divider)",
  focus: "var(--pk-focus)",
  hover: "var(--pk-hover)",
  shade: "var(--pk-shade)",
  window: "var(--pk-window)",
  now: "var(--pk-bad)",
  track: "var(--pk-track)",
  bar: "var(--pk-busy)",
  good: "var(--pk-good)",
  busy: "var(--pk-busy)",
  bad: "var(--pk-bad)",
  plain: "var(--pk-plain)",
} as const;

/** One of eight that are told apart in both modes, also by most who see colours differently. */
export function categoryColour(index: number): string {
  return `var(--pk-category-${(index % 8) + 1})`;
}
