/** Staff's words in the language that the page came in: another than English is loaded where it is wanted. */
import { addMessages, type Messages, useLanguage } from "../i18n";
import { said } from "./said";

const OTHERS: Record<string, () => Promise<Messages>> = {
  es: async () => ({
    ...(await import("./staff-es")).es,
    ...(await import("./said-es")).said,
    ...(await import("./server-es")).server,
  }),
  ht: async () => ({
    ...(await import("./staff-ht")).ht,
    ...(await import("./said-ht")).said,
    ...(await import("./server-ht")).server,
  }),
};

addMessages("en", said);

export async function useStaffLanguage(code = document.documentElement.lang): Promise<void> {
  const load = OTHERS[code];
  if (load !== undefined) addMessages(code, await load());
  useLanguage(code);
}
