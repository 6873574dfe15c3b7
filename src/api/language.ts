/** Which of the two languages a request wants. */
import type { Language } from "../text/words.ts";

/** The first that is wanted most, English where none is. */
export function languageOf(header: string | undefined): Language {
  const wanted = (header ?? "")
    .split(",", maxEntries)
    .map((entry) => {
      const [tag = "", ...parameters] = entry.trim().toLowerCase().split(";");
      const quality = parameters.find((item) => item.trim().startsWith("q="));
      return { tag, quality: quality === undefined ? 1 : Number(quality.trim().slice(2)) };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality);
  const first = wanted.find(({ tag }) => /^(en|zh)\b/.test(tag));
  return first?.tag.startsWith("zh") === true ? "zh" : "en";
}

const maxEntries = 20;
