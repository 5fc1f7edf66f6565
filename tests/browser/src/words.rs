//! Finds words that nobody translated: keys that show instead of what they stand for.

use crate::browser::Browser;
use crate::page::texts;

/// Every visible text, label and title of the page that is a word key or holds one.
///
/// A run's own text, in the form of the scenario language, names keys on purpose; it stands in a field and is left out.
pub fn untranslated(browser: &Browser) -> Vec<String> {
    let script = r"
        const key = /(?:^|[^\w./-])((?:raft|app|stage|problem|feed|edit|kernel|header|panel|story|inspector|action|status|matrix|history|safety|dials|unit|timeline|dialog|share|embed|help|compare|versus|contest|faults|request|notice)(?:\.[a-z_-]+)+)|%\{\w+\}/;
        const texts = [document.title];
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          if (!node.parentElement.closest('script, style, textarea, noscript')) texts.push(node.textContent);
        }
        for (const element of document.body.querySelectorAll('*')) {
          for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-valuetext']) {
            if (element.hasAttribute(name)) texts.push(element.getAttribute(name));
          }
        }
        return texts.filter((text) => key.test(text));";
    texts(&browser.script(script, &[]))
}
