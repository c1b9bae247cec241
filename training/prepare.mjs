// Writes the word lists of npm compromise (MIT) as JSON for training:  node prepare.mjs <folder of npm compromise> <out.json>
import fs from 'fs'
import path from 'path'
const [from, to] = process.argv.slice(2)
const { default: nlp } = await import(path.resolve(from, 'builds/three/compromise-three.mjs'))
const out = {}
for (const [word, tags] of Object.entries(nlp.model().one.lexicon))
  for (const t of Array.isArray(tags) ? tags : [tags]) (out[t] ||= []).push(word)
fs.writeFileSync(to, JSON.stringify(out))
