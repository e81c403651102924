/** Opens the wallboard for whoever is signed in on its screen; a viewer's session is enough. */
import "../styles/wall.css";
import { render } from "preact";
import * as api from "../api";
import { openPage, staffFeed } from "../desk/opening";
import { Desk } from "../desk/store";
import { useTimeZone } from "../format";
import { addMessages, t } from "../i18n";
import { desk as words } from "../messages/desk";
import { shift } from "../messages/shift";
import { useStaffLanguage } from "../messages/staff";
import { wall as own } from "../messages/wall";
import "../theme";
import { Wall } from "./app";

addMessages("en", { ...words, ...shift, ...own });

async function main(root: HTMLElement): Promise<void> {
  const [config] = await Promise.all([api.config(), api.session()]);
  await useStaffLanguage();
  useTimeZone(config.time_zone);
  document.title = t("wall.title", { city: config.title });
  let signedOut = false;
  const feed = staffFeed(config);
  const desk = new Desk(feed);
  const onSignedOut = () => {
    signedOut = true;
    draw();
  };
  feed.subscribe(() => {
    if (feed.connection === "signed_out") onSignedOut();
  });
  addEventListener("online", () => feed.retryNow());
  function draw(): void {
    render(<Wall config={config} desk={desk} signedOut={signedOut} onSignedOut={onSignedOut} />, root);
  }
  root.replaceChildren();
  root.className = "";
  draw();
  feed.start();
}

openPage("wall", "wall.unavailable", main);
