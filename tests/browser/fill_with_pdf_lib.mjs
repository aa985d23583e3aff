// Fills in a form with pdf-lib: node fill_with_pdf_lib.mjs MODULES JOBS, where JOBS is a JSON file:
// { "form": path, "jobs": [{ "values": { name: text, or true for a ticked box }, "out": path }] }
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, jobs] = process.argv.slice(2);
const { PDFDocument, PDFRadioGroup, PDFCheckBox, PDFDropdown } = createRequire(`${modules}/`)("pdf-lib");
const asked = JSON.parse(readFileSync(jobs, "utf8"));

for (const { values, out } of asked.jobs) {
  const document = await PDFDocument.load(readFileSync(asked.form));
  const form = document.getForm();
  for (const [name, value] of Object.entries(values)) {
    const field = form.getField(name);
    if (field instanceof PDFCheckBox) field.check();
    else if (field instanceof PDFRadioGroup || field instanceof PDFDropdown) field.select(value);
    else field.setText(value);
  }
  writeFileSync(out, await document.save({ updateFieldAppearances: false }));
}
