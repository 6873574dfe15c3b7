/** The function that words a key, for what is no component and is handed it. */
import type { useTranslation } from "react-i18next";

export type Translate = ReturnType<typeof useTranslation<"translation">>["t"];
