// New mails appear without losing the place on the page; without scripts the page reloads itself.
"use strict";
history.replaceState(null, "", "/"); // «sent» is said once
setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch("/", { cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["steps", "boxes"]) {
      const old = document.getElementById(id);
      const now = fresh.getElementById(id);
      if (old.innerHTML !== now.innerHTML) old.replaceWith(now);
    }
  } catch {
    // The demo was stopped: what is shown stays.
  }
}, 2000);
