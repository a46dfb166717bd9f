// Owns the script that runs inside pages, in a world of its own that the page's scripts cannot see: finding elements,
// telling whether they can be used, reading them. One function; its first argument names what to do.

enum PageScript {
    static let source = #"""
        async function (task, selector, options) {
          const clean = text => (text || "").replace(/[\s\u00a0]+/g, " ").trim();
          const elementsBelow = function* (root) {
            // Open shadow roots and documents of the same origin belong to what a user sees as one page.
            for (const element of root.querySelectorAll("*")) {
              yield element;
              if (element.shadowRoot) yield* elementsBelow(element.shadowRoot);
              const inner = framed(element);
              if (inner) yield* elementsBelow(inner);
            }
          };
          const framed = element => {
            if (element.localName !== "iframe" && element.localName !== "frame") return null;
            try { return element.contentDocument; } catch { return null; }
          };
          const roots = function* (root) {
            yield root;
            for (const element of root.querySelectorAll("*")) {
              if (element.shadowRoot) yield* roots(element.shadowRoot);
              const inner = framed(element);
              if (inner) yield* roots(inner);
            }
          };
          const visible = element => {
            if (!element.isConnected) return false;
            if (element.checkVisibility && !element.checkVisibility({ visibilityProperty: true })) return false;
            const box = element.getBoundingClientRect();
            if (box.width > 0 && box.height > 0) return true;
            // `display: contents` and wrappers of floats have no box of their own.
            return [...element.children].some(visible);
          };
          const ownText = element => clean(element.innerText !== undefined ? element.innerText : element.textContent);
          const matches = (text, wanted, exact) => {
            text = clean(text); wanted = clean(wanted);
            return exact ? text === wanted : text.toLowerCase().includes(wanted.toLowerCase());
          };
          const referenced = (element, attribute) => (element.getAttribute(attribute) || "").split(/\s+/)
            .filter(Boolean).map(id => element.getRootNode().getElementById(id)).filter(Boolean);
          const labelOf = element => {
            const named = referenced(element, "aria-labelledby");
            if (named.length) return named.map(ownText).join(" ");
            if (element.hasAttribute("aria-label")) return element.getAttribute("aria-label");
            if (element.labels && element.labels.length) return [...element.labels].map(ownText).join(" ");
            return "";
          };
          const inputRoles = { button: "button", submit: "button", reset: "button", image: "button",
            checkbox: "checkbox", radio: "radio", range: "slider", number: "spinbutton", search: "searchbox",
            email: "textbox", tel: "textbox", text: "textbox", url: "textbox", password: "textbox", "": "textbox" };
          const roles = { article: "article", aside: "complementary", button: "button", datalist: "listbox",
            dialog: "dialog", fieldset: "group", figure: "figure", footer: "contentinfo", form: "form", h1: "heading",
            h2: "heading", h3: "heading", h4: "heading", h5: "heading", h6: "heading", header: "banner",
            hr: "separator", img: "img", li: "listitem", main: "main", menu: "list", meter: "meter",
            nav: "navigation", ol: "list", optgroup: "group", option: "option", output: "status",
            progress: "progressbar", summary: "button", table: "table", tbody: "rowgroup", td: "cell",
            textarea: "textbox", tfoot: "rowgroup", th: "columnheader", thead: "rowgroup", tr: "row", ul: "list" };
          const roleOf = element => {
            const given = (element.getAttribute("role") || "").trim().split(/\s+/)[0];
            if (given) return given;
            switch (element.localName) {
              case "a": case "area": return element.hasAttribute("href") ? "link" : "generic";
              case "input": return element.list ? "combobox" : inputRoles[element.type] || "generic";
              case "select": return element.multiple || element.size > 1 ? "listbox" : "combobox";
              case "section": return labelOf(element) ? "region" : "generic";
              default: return roles[element.localName] || "generic";
            }
          };
          const nameOf = element => labelOf(element)
            || (element.localName === "input" && ["submit", "button", "reset"].includes(element.type)
              ? element.value || element.type : "")
            || element.getAttribute("alt") || ownText(element) || element.getAttribute("title")
            || element.getAttribute("placeholder") || "";

          const find = selector => {
            const value = selector.value;
            let found = [];
            switch (selector.kind) {
              case "css":
                for (const root of roots(document)) found.push(...root.querySelectorAll(value));
                break;
              case "xpath": {
                const result = document.evaluate(value, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
                for (let i = 0; i < result.snapshotLength; i++) found.push(result.snapshotItem(i));
                found = found.filter(node => node.nodeType === Node.ELEMENT_NODE);
                break;
              }
              case "text":
                for (const element of elementsBelow(document)) {
                  if (["script", "style", "head", "title", "noscript"].includes(element.localName)) continue;
                  const text = element.localName === "input" && inputRoles[element.type] === "button"
                    ? element.value : ownText(element);
                  if (!matches(text, value, selector.exact)) continue;
                  // The innermost element with the text is the one that is meant.
                  if (![...element.children].some(child => matches(ownText(child), value, selector.exact)))
                    found.push(element);
                }
                break;
              case "label":
                for (const element of elementsBelow(document)) {
                  const label = element.localName === "label" ? "" : labelOf(element);
                  if (label && matches(label, value, selector.exact)) found.push(element);
                }
                break;
              case "placeholder":
                for (const element of elementsBelow(document))
                  if (matches(element.getAttribute("placeholder"), value, selector.exact)
                    && element.hasAttribute("placeholder")) found.push(element);
                break;
              case "testID":
                for (const element of elementsBelow(document))
                  if (element.getAttribute("data-testid") === value) found.push(element);
                break;
              case "role":
                for (const element of elementsBelow(document))
                  if (roleOf(element) === value
                    && (selector.name == null || matches(nameOf(element), selector.name, selector.exact)))
                    found.push(element);
                break;
            }
            if (selector.within) {
              const outer = find(selector.within);
              found = found.filter(element => outer.some(ancestor => {
                for (let node = element; node; node = node.parentNode || node.host || null)
                  if (node === ancestor) return node !== element;
                return false;
              }));
            }
            if (selector.containing != null)
              found = found.filter(element => matches(ownText(element), selector.containing, false));
            if (selector.index != null)
              found = found.slice(selector.index, selector.index === -1 ? undefined : selector.index + 1);
            return found;
          };
          const first = selector => {
            const found = find(selector);
            return found.find(visible) || found[0];
          };
          const enabled = element => !element.matches(":disabled") && !element.closest("[aria-disabled=true]")
            && !element.closest("[inert]");
          const describe = element => "<" + element.localName + (element.id ? "#" + element.id : "")
            + [...element.classList].slice(0, 2).map(name => "." + name).join("") + ">";
          const frame = () => new Promise(resolve => {
            // A page in the back draws no frames.
            const timer = setTimeout(resolve, 50);
            requestAnimationFrame(() => { clearTimeout(timer); resolve(); });
          });
          const deadline = performance.now() + (options.timeout || 0);
          // Tries until `attempt` gives something other than a problem, or time runs out.
          const persist = async attempt => {
            for (;;) {
              const result = await attempt();
              if (result.problem === undefined || performance.now() >= deadline) return result;
              await frame();
            }
          };
          const missing = { problem: "is not there", missing: true };
          const offset = element => {
            // Coordinates of events count from the outermost document.
            let x = 0, y = 0;
            for (let view = element.ownerDocument.defaultView; view && view.frameElement;
              view = view.frameElement.ownerDocument.defaultView) {
              const box = view.frameElement.getBoundingClientRect();
              x += box.left + view.frameElement.clientLeft;
              y += box.top + view.frameElement.clientTop;
            }
            return { x, y };
          };
          const middle = element => {
            const view = element.ownerDocument.defaultView;
            const boxes = [...element.getClientRects(), element.getBoundingClientRect()];
            for (const box of boxes) {
              const left = Math.max(box.left, 0), right = Math.min(box.right, view.innerWidth);
              const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, view.innerHeight);
              if (right - left > 0 && bottom - top > 0) return { x: (left + right) / 2, y: (top + bottom) / 2 };
            }
            return null;
          };
          const usable = async (element, wants) => {
            if (!visible(element)) return { problem: "is hidden" };
            if (wants.enabled && !enabled(element)) return { problem: "is disabled" };
            if (wants.editable && element.readOnly) return { problem: "is read-only" };
            const before = element.getBoundingClientRect();
            await frame();
            const after = element.getBoundingClientRect();
            if (before.x !== after.x || before.y !== after.y || before.width !== after.width
              || before.height !== after.height) return { problem: "is moving" };
            const box = element.getBoundingClientRect(), view = element.ownerDocument.defaultView;
            if (box.top < 0 || box.left < 0 || box.bottom > view.innerHeight || box.right > view.innerWidth)
              element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
            const point = middle(element);
            if (!point) return { problem: "lies outside of the page" };
            if (wants.uncovered) {
              let top = element.getRootNode().elementFromPoint(point.x, point.y);
              let hit = false;
              for (let node = top; node && !hit; node = node.parentNode || node.host || null)
                hit = node === element || (node.localName === "label" && node.control === element);
              if (!hit) return { problem: "is covered by " + (top ? describe(top) : "something") };
            }
            const shift = offset(element);
            return { x: point.x + shift.x, y: point.y + shift.y };
          };
          const target = wants => persist(async () => {
            const element = first(selector);
            return element ? { element, ...await usable(element, wants) } : missing;
          });
          const plain = result => ({ x: result.x, y: result.y, problem: result.problem, missing: result.missing });
          const announce = element => {
            element.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
            element.dispatchEvent(new Event("change", { bubbles: true }));
          };

          const tasks = {
            // Waits until an element is in the wanted state.
            wait: () => persist(() => {
              const found = find(selector);
              switch (options.state) {
                case "attached": return found.length ? {} : missing;
                case "detached": return found.length ? { problem: "is still there" } : {};
                case "hidden": return found.some(visible) ? { problem: "is still visible" } : {};
                case "enabled":
                  if (!found.some(visible)) return found.length ? { problem: "is hidden" } : missing;
                  return enabled(found.find(visible)) ? {} : { problem: "is disabled" };
                default:
                  if (!found.length) return missing;
                  return found.some(visible) ? {} : { problem: "is hidden" };
              }
            }),
            // Waits until an element contains a text.
            waitText: () => persist(() => {
              const found = find(selector);
              if (!found.length) return missing;
              return found.some(element => matches(ownText(element), options.text, false))
                ? {} : { problem: "has another text" };
            }),
            // Where to put the pointer.
            point: async () => plain(await target({ enabled: options.enabled, uncovered: options.uncovered })),
            // Puts the caret into a field, everything in it selected when it is to be replaced.
            focus: async () => {
              const result = await target({ enabled: true, editable: options.editable });
              if (result.problem !== undefined) return plain(result);
              const element = result.element;
              element.focus();
              const kind = element.localName === "input" ? element.type : "";
              if (options.editable && options.value != null
                && ["date", "time", "month", "week", "datetime-local", "color", "range"].includes(kind)) {
                // The setter of the class: frameworks put their own on the element.
                Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(element, options.value);
                announce(element);
                return element.value === options.value ? { done: true } : { problem: "does not take this value" };
              }
              if (options.editable && !element.isContentEditable && element.localName !== "textarea"
                && (element.localName !== "input" || ["checkbox", "radio", "file", "button", "submit"].includes(kind)))
                return { problem: "is no field for text" };
              if (options.select) {
                if (element.select) element.select();
                else element.ownerDocument.getSelection().selectAllChildren(element);
              } else if (options.editable && element.setSelectionRange) {
                try { element.setSelectionRange(element.value.length, element.value.length); } catch {}
              }
              return {};
            },
            // Chooses options of a <select> by value or label.
            choose: async () => {
              const result = await target({ enabled: true });
              if (result.problem !== undefined) return plain(result);
              const element = result.element;
              if (element.localName !== "select") return { problem: "is no <select>" };
              return persist(() => {
                const chosen = [];
                for (const wanted of options.values) {
                  const option = [...element.options].find(o => o.value === wanted)
                    || [...element.options].find(o => clean(o.label) === clean(wanted));
                  if (!option) return { problem: "has no such option" };
                  chosen.push(option);
                }
                for (const option of element.options) option.selected = chosen.includes(option);
                announce(element);
                return {};
              });
            },
            checked: () => persist(() => {
              const element = first(selector);
              if (!element) return missing;
              return { value: element.checked ?? element.getAttribute("aria-checked") === "true" };
            }),
            read: () => persist(() => {
              const element = first(selector);
              if (!element) return missing;
              switch (options.what) {
                case "text": return { value: element.innerText !== undefined ? element.innerText : element.textContent };
                case "html": return { value: options.outer ? element.outerHTML : element.innerHTML };
                case "value": return { value: element.value ?? null };
                case "attribute": return { value: element.getAttribute(options.name) };
              }
            }),
            texts: () => ({ value: find(selector).map(e => e.innerText !== undefined ? e.innerText : e.textContent) }),
            count: () => ({ value: find(selector).length }),
            isVisible: () => ({ value: find(selector).some(visible) }),
            isEnabled: () => persist(() => {
              const element = first(selector);
              return element ? { value: enabled(element) } : missing;
            }),
            // Its box in the page, for a picture of it.
            box: async () => {
              const result = await target({});
              if (result.problem !== undefined) return plain(result);
              const box = result.element.getBoundingClientRect(), shift = offset(result.element);
              return { value: { x: box.x + shift.x + scrollX, y: box.y + shift.y + scrollY,
                width: box.width, height: box.height } };
            },
            // The element itself, for commands that take one.
            element: () => first(selector) || null,
            // Scrolls it into view.
            reveal: async () => plain(await target({})),
          };
          return await tasks[task]();
        }
        """#
}
