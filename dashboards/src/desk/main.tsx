/** Opens the desk for whoever is signed in; others are sent to sign in first. */
import "../styles/desk.css";
import { render } from "preact";
import * as api from "../api";
import { useTimeZone } from "../format";
import { addMessages, t } from "../i18n";
import { desk as words } from "../messages/desk";
import { past } from "../messages/past";
import { shift } from "../messages/shift";
import { useStaffLanguage } from "../messages/staff";
import "../theme";
import { Actions } from "./actions";
import { App } from "./app";
import { openPage, staffFeed } from "./opening";
import { Desk } from "./store";
import { positionOf, TimeMachine } from "./time-machine";

addMessages("en", { ...words, ...shift, ...past });

async function main(root: HTMLElement): Promise<void> {
  const [config, signedIn] = await Promise.all([api.config(), api.session()]);
  await useStaffLanguage();
  useTimeZone(config.time_zone);
  document.title = t("desk.title", { city: config.title });
  let session = signedIn;
  let signedOut = false;
  let waiting: (() => void)[] = [];

  const feed = staffFeed(config);
  const desk = new Desk(feed);
  const signedInAgain = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      askToSignIn();
    });
  const askToSignIn = () => {
    if (signedOut) return;
    signedOut = true;
    draw();
  };
  const reads = { picture: api.pastPicture, marks: api.marks, course: api.course };
  const machine = new TimeMachine(desk, reads, askToSignIn, (position) => {
    history.replaceState(null, "", position === null ? location.pathname + location.search : `#at=${position}`);
  });
  const linked = () => {
    const n = positionOf(location.hash);
    if (n !== null) void machine.enter({ n });
  };
  const actions = new Actions(desk, () => session, signedInAgain);
  const onSignedIn = async () => {
    session = await api.session();
    signedOut = false;
    feed.retryNow();
    for (const resolve of waiting) resolve();
    waiting = [];
    draw();
  };
  feed.subscribe(() => {
    if (feed.connection === "signed_out") askToSignIn();
  });
  addEventListener("online", () => {
    feed.retryNow();
    actions.retryNow();
  });

  function draw(): void {
    render(
      <App
        config={config}
        session={session}
        desk={desk}
        actions={actions}
        machine={machine}
        signedOut={signedOut}
        onSignedOut={askToSignIn}
        onSignInAgain={signedInAgain}
        onSignedIn={onSignedIn}
      />,
      root,
    );
  }
  root.replaceChildren();
  root.className = "";
  draw();
  feed.start();
  addEventListener("hashchange", linked);
  linked();
}

openPage("desk", "desk.unavailable", main);
