// A place: from the phone's satellites, from a tap on the map, or from numbers. It also finds the hamlet around it.
import { DeviceMap } from "./map.js";
import { element, say } from "./words.js";

const L = window.L;
const PIN =
  '<svg viewBox="0 0 36 46" aria-hidden="true"><path d="M18 45C10 33 3 26 3 17a15 15 0 0 1 30 0c0 9-7 16-15 28z" fill="#b8360e" stroke="#fff" stroke-width="2"/><circle cx="18" cy="17" r="6" fill="#fff"/></svg>';
const GPS = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 5_000 };
const CLOSE_ZOOM = 17;

// Even-odd rule; the server's own answer is what counts in the end.
function isInside(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[x1, y1], [x2, y2]] = [ring[i], ring[j]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

export function hamletAt(places, latitude, longitude) {
  return places.features.find(({ geometry, properties }) => {
    if (properties.layer !== "hamlet" || !geometry?.type.endsWith("Polygon")) return false;
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return polygons.some(([outer, ...holes]) => isInside(outer, longitude, latitude) && !holes.some((hole) => isInside(hole, longitude, latitude)));
  });
}

export class PlacePicker {
  // `nodes`: map, gps, says, latitude, longitude, centre. `onPlace(latitude, longitude)` after every change.
  constructor(nodes, onPlace) {
    this.nodes = nodes;
    this.onPlace = onPlace;
    // A tap on a device means its place: two things on one pole.
    this.map = new DeviceMap(nodes.map, (id) => {
      const { place } = this.map.markers.get(id);
      this.set(place.lat, place.lng);
    });
    this.map.map.on("click", ({ latlng }) => this.set(latlng.lat, latlng.lng));
    nodes.gps.addEventListener("click", () => this.locate());
    nodes.centre?.addEventListener("click", () => {
      const { lat, lng } = this.map.map.getCenter();
      this.set(lat, lng);
    });
    for (const input of [nodes.latitude, nodes.longitude]) input.addEventListener("change", () => this.read());
  }

  show(places, devices, kinds) {
    this.map.showPlaces(places);
    this.map.showDevices(devices, kinds, null);
    if (!this.pin) this.map.fit();
  }

  read() {
    const [latitude, longitude] = [this.nodes.latitude, this.nodes.longitude].map((input) => Number(input.value.trim().replace(",", ".") || NaN));
    if (Number.isFinite(latitude) && Number.isFinite(longitude)) this.set(latitude, longitude, { view: true });
  }

  set(latitude, longitude, { view = false } = {}) {
    const [y, x] = [latitude, longitude].map((degrees) => Number(degrees.toFixed(6)));
    this.nodes.latitude.value = y;
    this.nodes.longitude.value = x;
    if (!this.pin) {
      const icon = L.divIcon({ className: "pin", html: PIN, iconSize: [36, 46], iconAnchor: [18, 45] });
      this.pin = L.marker([y, x], { icon, draggable: true, autoPan: true, title: say("place"), alt: say("place"), zIndexOffset: 1000 }).addTo(this.map.map);
      this.pin.on("dragend", () => this.set(this.pin.getLatLng().lat, this.pin.getLatLng().lng));
    }
    this.pin.setLatLng([y, x]);
    if (view) this.map.map.setView([y, x], Math.max(this.map.map.getZoom(), CLOSE_ZOOM), { animate: false });
    this.onPlace(y, x);
  }

  clear() {
    this.pin?.remove();
    this.pin = null;
    this.nodes.latitude.value = this.nodes.longitude.value = "";
  }

  locate() {
    const says = (text) => {
      this.nodes.says.replaceChildren(element("span", {}, text));
    };
    if (!navigator.geolocation) {
      says(say("gps_denied"));
      return;
    }
    says(say("gps_waiting"));
    this.nodes.gps.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.nodes.gps.removeAttribute("aria-busy");
        says(say("gps_found", { n: Math.max(1, Math.round(coords.accuracy)) }));
        this.set(coords.latitude, coords.longitude, { view: true });
      },
      (error) => {
        this.nodes.gps.removeAttribute("aria-busy");
        says(say(error.code === 1 ? "gps_denied" : "gps_failed"));
      },
      GPS,
    );
  }
}
