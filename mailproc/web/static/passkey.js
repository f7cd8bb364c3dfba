"use strict";
// Fills one field of a form with the answer of a passkey, and sends the form. Without this file, or
// where the browser knows no passkeys, nothing of it is shown and the code field works as ever.
(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const words = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const answered = (made, response) => JSON.stringify({
    id: made.id, rawId: words(made.rawId), type: made.type, response: response,
    clientExtensionResults: {},
  });
  const signed = (made) => answered(made, {
    clientDataJSON: words(made.response.clientDataJSON),
    authenticatorData: words(made.response.authenticatorData),
    signature: words(made.response.signature),
  });
  const created = (made) => answered(made, {
    clientDataJSON: words(made.response.clientDataJSON),
    attestationObject: words(made.response.attestationObject),
  });

  const sign = async (given, challenge) => signed(await navigator.credentials.get({ publicKey: {
    challenge: bytes(challenge), rpId: given.host, userVerification: "required", timeout: 120000,
    allowCredentials: given.keys.map((id) => ({ type: "public-key", id: bytes(id) })),
  } }));
  const create = async (given) => created(await navigator.credentials.create({ publicKey: {
    challenge: bytes(given.challenge), rp: { id: given.host, name: given.office },
    user: { id: bytes(given.user), name: given.name, displayName: given.name },
    pubKeyCredParams: given.algorithms.map((alg) => ({ type: "public-key", alg: alg })),
    authenticatorSelection: { userVerification: "required", residentKey: "discouraged" },
    excludeCredentials: given.keys.map((id) => ({ type: "public-key", id: bytes(id) })),
    attestation: "none", timeout: 120000,
  } }));

  const chosen = (form) => {
    const field = form.querySelector("input[name=choice]:checked, input[name=choice][type=hidden]");
    return field ? field.value : "";
  };
  // A list is signed over exactly what is ticked: see `over` in deciding/passkeys.py.
  const ticked = (form) =>
    [...form.querySelectorAll("input[name=take]:checked")].map((box) => box.value);
  const overAll = async (given, challenge, ids) => {
    const told = challenge + " " + ids.map((id) => id + ":" + given.seen[id]).join(",");
    return words(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(told)));
  };
  const decided = async (given, challenge, form) => {
    if (!given.seen) return given.until + " " + await sign(given, challenge);
    const ids = ticked(form);
    const versions = ids.map((id) => given.seen[id]).join(",");
    const signature = await sign(given, await overAll(given, challenge, ids));
    return given.until + " " + versions + " " + signature;
  };
  const work = async (part) => {
    const form = part.closest("form");
    const given = JSON.parse(part.dataset.passkey);
    const field = form.querySelector("input[name=passkey]");
    const failed = part.querySelector("[data-failed]");
    const challenge = given.challenges ? given.challenges[chosen(form)] : given.challenge;
    failed.hidden = true;
    const isEmpty = given.seen && !ticked(form).length;
    if (!challenge || isEmpty) { form.submit(); return; }  // the server says what is missing
    try {
      field.value = given.challenges
        ? await decided(given, challenge, form) : await create(given);
      form.submit();
    } catch (error) {
      field.value = "";
      failed.hidden = false;
    }
  };

  if (!window.PublicKeyCredential || !navigator.credentials) return;
  for (const part of document.querySelectorAll("[data-passkey][hidden]")) {
    part.hidden = false;
    part.querySelector("button").addEventListener("click", () => { work(part); });
  }
})();
