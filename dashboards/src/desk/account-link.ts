/** The way from the storm desk to a customer's account at the counter. */
import type { Customer } from "../contract";

/** By who has service at the premise, else by the account that the city pack has. */
export function accountHref(counterUrl: string, known: Pick<Customer, "premise" | "account">): string {
  const account = known.account ? `?account=${encodeURIComponent(known.account)}` : "";
  return `${counterUrl}/counter/premises/${encodeURIComponent(known.premise)}${account}`;
}
