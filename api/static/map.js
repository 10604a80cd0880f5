// The map: hamlets, sites and devices on a plain ground with a graticule, since there are no tiles to ask anyone for.
import { element, say } from "./words.js";
import { marker, stateSign } from "./icons.js";
import { deviceLabel } from "./popup.js";
import { spread } from "./spread.js";

const L = window.L;
const FAR_ZOOM = 13.5;
const SITE_LABEL_ZOOM = 15.5;
const GAP_PIXELS = 25;
const FAR_GAP_PIXELS = 15;
const LETTER_SHARE = 0.62; // of the size of the letters: the width of one of them
const STEPS = [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005];
const STATES = ["on", "late", "off", "never"];

function degrees(value, step, letter) {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  return `${value.toFixed(digits)}° ${letter}`;
}

// Lines at the finest step that leaves at most a few on the screen, named at the left and the lower edge.
function drawGraticule(map, layer) {
  layer.clearLayers();
  const box = map.getBounds();
  const width = box.getEast() - box.getWest();
  const step = STEPS.filter((one) => width / one <= 7).at(-1) ?? 1;
  const line = (points, label, place, anchor) => {
    L.polyline(points, { className: "graticule", interactive: false }).addTo(layer);
    const icon = L.divIcon({ className: "graticule-label", html: label, iconSize: [90, 14], iconAnchor: anchor });
    L.marker(place, { icon, interactive: false, keyboard: false }).addTo(layer);
  };
  const [south, north, west, east] = [box.getSouth(), box.getNorth(), box.getWest(), box.getEast()];
  // The corner of the controls stays free of names.
  const clear = (place) => {
    const { x, y } = map.latLngToContainerPoint(place);
    return x > 60 || y > 175;
  };
  for (let x = Math.ceil(west / step) * step; x < east; x += step) {
    const label = clear([north, x]) ? degrees(x, step, say("east")) : "";
    line([[south, x], [north, x]], label, [north, x], [-4, -4]);
  }
  for (let y = Math.ceil(south / step) * step; y < north; y += step) {
    const label = clear([y, west]) ? degrees(y, step, say("north")) : "";
    line([[y, west], [y, east]], label, [y, west], [-6, 15]);
  }
}

export function drawLegend(node) {
  const drawn = STATES.map((state) => [state, stateSign(state), say(`${state}_meaning`)]);
  drawn.push(["hamlet_boundary", '<svg viewBox="0 0 20 20"><rect class="hamlet" x="1" y="3" width="18" height="14"/></svg>']);
  drawn.push(["public_site", '<svg viewBox="0 0 20 20"><circle class="site" cx="10" cy="10" r="5"/></svg>']);
  for (const [name, svg, meaning] of drawn) {
    const sign = element("li");
    sign.innerHTML = svg;
    sign.append(element("span", {}, say(name), ...(meaning ? [element("small", {}, meaning)] : [])));
    node.append(sign);
  }
}

function addFit(map, fit) {
  const control = L.control({ position: "topleft" });
  control.onAdd = () => {
    const button = element("button", { type: "button", title: say("fit"), "aria-label": say("fit") }, "⤢");
    button.addEventListener("click", fit);
    const box = element("div", { class: "leaflet-bar" }, button);
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  control.addTo(map);
}

export class DeviceMap {
  constructor(node, onChoose) {
    this.onChoose = onChoose;
    this.markers = new Map();
    this.map = L.map(node, { attributionControl: false, zoomControl: false, zoomSnap: 0.25, maxZoom: 20, minZoom: 4 });
    this.map.setView([16, 106.5], 6);
    L.control.zoom({ zoomInTitle: say("zoom_in"), zoomOutTitle: say("zoom_out") }).addTo(this.map);
    addFit(this.map, () => this.fit());
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(this.map);
    this.map.createPane("names").style.zIndex = 450;
    new ResizeObserver(() => this.map.invalidateSize()).observe(node);
    const graticule = L.layerGroup().addTo(this.map);
    this.places = L.layerGroup().addTo(this.map);
    this.leaders = L.layerGroup().addTo(this.map);
    this.devices = L.layerGroup().addTo(this.map);
    this.hamlets = [];
    const redraw = () => {
      drawGraticule(this.map, graticule);
      node.classList.toggle("far", this.map.getZoom() < FAR_ZOOM);
      node.classList.toggle("near", this.map.getZoom() >= SITE_LABEL_ZOOM);
    };
    this.map.on("moveend resize", redraw);
    this.map.on("zoomend", () => {
      this.spread();
      this.nameHamlets();
    });
    redraw();
  }

  showPlaces(collection) {
    this.places.clearLayers();
    this.hamlets = [];
    const hamlets = collection.features.filter((one) => one.properties.layer === "hamlet" && one.geometry);
    L.geoJSON(hamlets, {
      interactive: false,
      style: { className: "hamlet" },
      pointToLayer: (_, place) => L.circleMarker(place, { className: "hamlet", radius: 4, interactive: false }),
      onEachFeature: (feature, layer) => this.hamlets.push({ name: feature.properties.name, layer }),
    }).addTo(this.places);
    this.nameHamlets();
    const sites = collection.features.filter((one) => one.properties.layer === "site" && one.geometry);
    L.geoJSON(sites, {
      pointToLayer: (feature, place) =>
        L.circleMarker(place, { className: "site", radius: 5, interactive: false }).bindTooltip(element("span", {}, feature.properties.name), {
          permanent: true,
          direction: "bottom",
          className: "site-label",
        }),
    }).addTo(this.places);
  }

  showDevices(features, kinds, chosen) {
    const seen = new Set();
    for (const feature of features.filter((one) => one.geometry)) {
      const { state, kind } = feature.properties;
      seen.add(feature.id);
      const label = deviceLabel(feature, kinds);
      const drawn = `${state}/${kind}/${label}/${feature.id === chosen}`;
      const known = this.markers.get(feature.id);
      if (known?.drawn === drawn) continue;
      const icon = L.divIcon({
        className: `device device-${state}${feature.id === chosen ? " chosen" : ""}`,
        html: marker(state, kind),
        iconSize: [28, 28],
        popupAnchor: [0, -10],
      });
      const [x, y] = feature.geometry.coordinates;
      const place = L.latLng(y, x);
      const one = known?.one ?? this.add(feature.id, place, icon);
      one.options.title = one.options.alt = label;
      one.setIcon(icon);
      one.getElement()?.setAttribute("aria-label", label);
      one.setZIndexOffset({ on: 0, never: 100, late: 200, off: 300 }[state]);
      this.markers.set(feature.id, { one, drawn, place });
    }
    for (const [id, { one }] of this.markers) {
      if (seen.has(id)) continue;
      this.devices.removeLayer(one);
      this.markers.delete(id);
    }
    this.spread();
  }

  // A name stands in the upper part of its hamlet, and only where there is room for it.
  nameHamlets() {
    const letter = Number.parseFloat(getComputedStyle(this.map.getContainer()).fontSize) * LETTER_SHARE;
    for (const hamlet of this.hamlets) {
      hamlet.label?.remove();
      const box = hamlet.layer.getBounds?.();
      if (!box) continue;
      const width = this.map.latLngToLayerPoint(box.getSouthEast()).x - this.map.latLngToLayerPoint(box.getNorthWest()).x;
      if (width < hamlet.name.length * letter) continue;
      const place = [box.getNorth() - (box.getNorth() - box.getSouth()) * 0.16, box.getCenter().lng];
      const icon = L.divIcon({ className: "hamlet-label", html: element("span", {}, hamlet.name), iconSize: [0, 0] });
      hamlet.label = L.marker(place, { icon, interactive: false, keyboard: false, pane: "names" }).addTo(this.places);
    }
  }

  // Devices that would lie on each other stand beside their place, tied to it by a line.
  spread() {
    this.leaders.clearLayers();
    const known = [...this.markers.values()];
    const points = known.map(({ place }) => this.map.latLngToLayerPoint(place));
    const gap = this.map.getZoom() < FAR_ZOOM ? FAR_GAP_PIXELS : GAP_PIXELS;
    const placed = spread(points.map(({ x, y }) => [x, y]), gap);
    known.forEach(({ one, place }, index) => {
      const [x, y] = placed[index];
      const isMoved = Math.hypot(x - points[index].x, y - points[index].y) > 4;
      const shown = isMoved ? this.map.layerPointToLatLng([x, y]) : place;
      if (!one.getLatLng().equals(shown, 0)) one.setLatLng(shown);
      if (isMoved) L.polyline([place, shown], { className: "leader", interactive: false }).addTo(this.leaders);
    });
  }

  add(id, place, icon) {
    const one = L.marker(place, { icon, riseOnHover: true });
    one.on("click keypress", (event) => {
      if (event.type === "click" || event.originalEvent.key === "Enter") this.onChoose(id);
    });
    return one.addTo(this.devices);
  }

  fit() {
    const points = [...this.markers.values()].map(({ place }) => place);
    this.places.eachLayer((layer) => {
      const box = layer.getBounds?.();
      if (box?.isValid()) points.push(box.getSouthWest(), box.getNorthEast());
    });
    this.map.invalidateSize({ animate: false });
    if (points.length) this.map.fitBounds(L.latLngBounds(points), { padding: [30, 30], maxZoom: 17 });
  }

  // False when the device is not on the map.
  open(id, content, onClose) {
    const known = this.markers.get(id);
    if (!known) return false;
    const popup = L.popup({ maxWidth: 400, autoPanPadding: [20, 20], offset: [0, -8] }).setLatLng(known.one.getLatLng()).setContent(content);
    popup.on("remove", onClose);
    popup.openOn(this.map);
    this.popup = popup;
    return true;
  }
}
