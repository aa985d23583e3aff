// Fills in a form as a browser does, with pdf.js: node fill_with_pdf_js.mjs MODULES JOBS; JOBS as for pdf-lib.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [modules, jobs] = process.argv.slice(2);
globalThis.DOMMatrix ??= class {}; // only drawing uses them, and nothing is drawn here
globalThis.Path2D ??= class {};
const { getDocument } = await import(pathToFileURL(`${modules}/pdfjs-dist/legacy/build/pdf.mjs`).href);
const asked = JSON.parse(readFileSync(jobs, "utf8"));

for (const { values, out } of asked.jobs) {
  const task = getDocument({ data: new Uint8Array(readFileSync(asked.form)), verbosity: 0 });
  const document = await task.promise;
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    for (const field of await page.getAnnotations()) {
      const value = values[field.fieldName];
      if (value === undefined) continue;
      const store = (put) => document.annotationStorage.setValue(field.id, { value: put });
      if (field.radioButton) store(field.buttonValue === value);
      else store(value);
    }
  }
  writeFileSync(out, await document.saveDocument());
  await task.destroy();
}
