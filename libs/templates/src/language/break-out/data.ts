/** What the attempts are rendered with. */
export const data = JSON.parse(`{
  "prospect": { "id": "p", "traits": {
    "name": "Ada", "key": "constructor", "list": [1, 2], "__proto__": { "polluted": "yes" },
    "constructor": { "constructor": "own" }, "toString": "own" } },
  "company": {}, "campaign": {}, "event": { "data": {} }, "enrollment": {}, "message": {}, "links": {}
}`);
