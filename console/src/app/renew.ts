/**
 * A page that is open while Poolkeeper is upgraded asks for parts that are no more: it is loaded anew. What was filled in
 * and not sent is kept in the browser's session; where loading anew does not help either, the page says so.
 */
export function renewWhenPartsAreGone(page: Window): void {
  page.addEventListener("vite:preloadError", (event) => {
    const now = Date.now();
    const last = Number(page.sessionStorage.getItem(key) ?? 0);
    if (now - last < againMs) return;
    page.sessionStorage.setItem(key, String(now));
    event.preventDefault();
    page.location.reload();
  });
}

const key = "poolkeeper.renewed";
/** Not in circles. */
const againMs = 30_000;
