/** Staff's words in the language that the page came in: another than English is loaded where it is wanted. */
import { addMessages, type StaffMessages, useLanguage } from "../i18n";

const OTHERS: Record<string, () => Promise<StaffMessages>> = {
  es: async () => (await import("./staff-es")).es,
  ht: async () => (await import("./staff-ht")).ht,
};

export async function useStaffLanguage(code = document.documentElement.lang): Promise<void> {
  const load = OTHERS[code];
  if (load !== undefined) addMessages(code, await load());
  useLanguage(code);
}
