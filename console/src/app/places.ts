/** The pages that can be gone to from everywhere: where they are, what they are called, and which key leads there. */

export const places = [
  { name: "overview", href: "/", key: "o" },
  { name: "clusters", href: "/clusters", key: "c" },
  { name: "pools", href: "/pools", key: "p" },
  { name: "nodes", href: "/nodes", key: "n" },
  { name: "operations", href: "/operations", key: "u" },
  { name: "repairs", href: "/repairs", key: "r" },
  { name: "calendar", href: "/maintenance", key: "m" },
  { name: "providers", href: "/providers", key: "i" },
  { name: "events", href: "/events", key: "e" },
  { name: "audit", href: "/audit", key: "a" },
  { name: "settings", href: "/settings", key: "s" },
] as const;

export type PlaceName = (typeof places)[number]["name"];

export function placeOf(pathname: string): (typeof places)[number] | undefined {
  return places.find(({ href }) => href === pathname || (href !== "/" && pathname.startsWith(`${href}/`)));
}
