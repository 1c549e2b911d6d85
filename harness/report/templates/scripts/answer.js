"use strict";
// Gives each command of the answer a button that copies it.
for (const code of document.querySelectorAll(".hand-over code")) code.after(...elements.copyButton("Copy", () => code.textContent));
