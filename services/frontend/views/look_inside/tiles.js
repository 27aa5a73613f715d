// Shows tiles, and beside them what the chosen one stands for. Nothing is sent to the server: a mouse that points, a tap
// and the arrow keys choose. A tile is a feature map or a dense value; `data.kind` says which.
const FOR = [255, 176, 32], AGAINST = [64, 140, 255]; // as in elements/answer_details.py
const SEEN = 28; // pixels a side of the image
const SCALE = 8; // of the image in the large picture

export default function ({ data: sent, parentElement }) {
  const data = { ...sent, bytes: decode(sent.values ?? "") };
  const stage = parentElement.querySelector(".stage");
  if (stage.dataset.version === data.version) return;
  stage.dataset.version = data.version;
  const picture = new Image();
  picture.src = data.image;
  const tiles = data.tiles.map((tile, place) => makeTile(data, tile, place));
  const grid = make("div", { className: "tiles", role: "group", ariaLabel: data.label }, tiles);
  const detail = make("div", { className: "detail", role: "status" });
  detail.dataset.testid = "detail";
  const choose = (place) => {
    tiles.forEach((tile, other) => {
      tile.ariaPressed = String(other === place);
      tile.tabIndex = other === place ? 0 : -1;
    });
    detail.dataset.place = place;
    detail.replaceChildren(...(data.kind === "maps" ? describeMap : describeValue)(data, data.tiles[place], picture));
  };
  tiles.forEach((tile, place) => {
    tile.onclick = tile.onfocus = () => choose(place);
    tile.onpointerenter = (event) => event.pointerType === "mouse" && choose(place);
  });
  grid.onkeydown = (event) => move(tiles, event);
  stage.replaceChildren(detail, grid);
  picture.decode().then(() => choose(data.chosen));
}

function make(name, properties, children = []) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function makeTile(data, tile, place) {
  const button = make("button", { type: "button", className: "tile", ariaLabel: tile.label });
  button.dataset.testid = "tile";
  button.append(data.kind === "maps" ? paintMap(data, place) : paintValue(tile));
  return button;
}

function paintMap(data, place) {
  return paint(data.columns, data.rows, (pixel) => glow(valuesOf(data, place)[pixel]));
}

function paintValue({ share, name }) {
  const square = make("span", { className: "value", textContent: name });
  square.style.setProperty("--share", share);
  return square;
}

function valuesOf(data, place) {
  const size = data.rows * data.columns;
  return data.bytes.subarray(place * size, (place + 1) * size);
}

function decode(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function glow(value) {
  const share = Math.sqrt(value / 255); // so that weak responses are visible as well
  return [...FOR.map((channel) => channel * share), 255];
}

function paint(columns, rows, colourOf) {
  const canvas = make("canvas", { width: columns, height: rows });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(columns, rows);
  for (let pixel = 0; pixel < columns * rows; pixel++) pixels.data.set(colourOf(pixel), 4 * pixel);
  context.putImageData(pixels, 0, 0);
  return canvas;
}

function describeMap(data, tile, picture) {
  const filters = tile.filters.map(({ source, weights }) => {
    const words = data.before ? `in map ${source + 1}` : "in the picture";
    return figure(paintFilter(data.filterSide, weights), words);
  });
  return [
    figure(paintWhere(data, tile, picture), "where it fires on your drawing"),
    make("div", { className: "words" }, [
      make("b", { textContent: tile.title }),
      make("span", { textContent: tile.words }),
      make("span", { className: "small", textContent: "It looks for this:" }),
      make("div", { className: "filters" }, filters),
    ]),
  ];
}

// The image in grey, and amber where the map responds. A value is drawn in the middle of the square that it looks at.
function paintWhere(data, tile, picture) {
  const side = SEEN * SCALE;
  const canvas = make("canvas", { width: side, height: side, className: "where", role: "img" });
  canvas.ariaLabel = `${tile.title} over your drawing`;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.globalAlpha = 0.45;
  context.drawImage(picture, 0, 0, side, side);
  const overlay = paint(data.columns, data.rows, (pixel) => [...FOR, valuesOf(data, tile.place)[pixel]]);
  const first = (data.start + (data.reach - data.stride) / 2) * SCALE;
  context.globalAlpha = 0.9;
  context.drawImage(overlay, first, first, data.columns * data.stride * SCALE, data.rows * data.stride * SCALE);
  return canvas;
}

function paintFilter(side, weights) {
  const signed = new Int8Array(decode(weights).buffer);
  const strongest = Math.max(...signed.map(Math.abs), 1);
  const canvas = paint(side, side, (pixel) => {
    const share = Math.abs(signed[pixel]) / strongest;
    return [...(signed[pixel] > 0 ? FOR : AGAINST).map((channel) => channel * share), 255];
  });
  canvas.className = "filter";
  return canvas;
}

function describeValue(data, tile) {
  const most = Math.max(...tile.votes.map(Math.abs), 0.001);
  const bars = tile.votes.map((vote, digit) => {
    const bar = make("span", { className: vote >= 0 ? "vote for" : "vote against" });
    bar.style.setProperty("--share", Math.abs(vote) / most);
    return make("li", { ariaLabel: `${digit}: ${vote.toFixed(1)}` }, [make("b", { textContent: digit }), bar]);
  });
  return [
    make("div", { className: "words" }, [
      make("b", { textContent: tile.title }),
      make("span", { textContent: tile.words }),
      make("ol", { className: "votes" }, bars),
    ]),
  ];
}

function figure(content, words) {
  return make("figure", {}, [content, make("figcaption", { textContent: words })]);
}

function move(tiles, event) {
  const place = tiles.indexOf(event.target);
  const columns = tiles.filter((tile) => tile.offsetTop === tiles[0].offsetTop).length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  if (place < 0 || step === undefined || !tiles[place + step]) return;
  event.preventDefault();
  tiles[place + step].focus();
}
