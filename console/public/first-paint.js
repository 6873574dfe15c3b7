// Runs before anything is drawn, so that a dark page never begins white. The page itself is in src/.
const wanted = localStorage.getItem("poolkeeper.mode");
const isDark =
  wanted === null || wanted === "System"
    ? matchMedia("(prefers-color-scheme: dark)").matches
    : wanted === "Dark";
document.documentElement.dataset.mode = isDark ? "dark" : "light";
