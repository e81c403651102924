/** The choice of a language. */
import { currentLanguage, LANGUAGES, OWN_NAMES, t } from "./i18n";

/** The same page in another language; the server remembers the choice. */
export function Languages({ offered }: { offered: string[] }) {
  const usable = offered.filter((code) => code in LANGUAGES);
  if (usable.length < 2) return null;
  return (
    <nav class="languages" aria-label={t("public.language")}>
      {usable.map((code) => (
        <a
          href={`?lang=${code}`}
          lang={code}
          hreflang={code}
          {...(code === currentLanguage() ? { "aria-current": "true" as const } : {})}
        >
          {OWN_NAMES[code] ?? code}
        </a>
      ))}
    </nav>
  );
}
