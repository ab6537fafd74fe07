package browser

import (
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/stretchr/testify/require"
)

var screenshots = flag.String("screenshots", "", "folder for pictures of what the browser shows")

// Look asserts that the page fits screens of a desk and of a telephone, and that its text can be read, light and dark. Pictures of it
// have the given name.
func (b *Browser) Look(name string) {
	b.t.Helper()
	for _, width := range []int{1280, 390} {
		b.Size(width)
		b.fits(width)
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			b.picture(fmt.Sprintf("%s-%d-%s", name, width, scheme))
			var faint []string
			b.Run(faintTexts, &faint)
			require.Empty(b.t, faint[:min(5, len(faint))], "contrast below 4.5, %s", scheme)
		}
	}
	b.scheme("light")
	b.Size(1280)
}

// fits asserts that nothing is beyond the right edge of the page, but for what is inside a part that scrolls.
func (b *Browser) fits(width int) {
	b.t.Helper()
	var beyond []string
	b.Run(overflowing, &beyond)
	require.Empty(b.t, beyond[:min(5, len(beyond))], "wider than the screen of %d", width)
	var widths []int
	b.Run("return [document.documentElement.scrollWidth, innerWidth]", &widths)
	require.LessOrEqual(b.t, widths[0], widths[1], "the page scrolls sideways on the screen of %d", width)
}

// overflowing lists the elements that are beyond the right edge, but for those inside a part that scrolls.
const overflowing = `
	const width = document.documentElement.clientWidth;
	return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > width + 0.5 && !e.closest(".scroll"))
		.map((e) => e.outerHTML.slice(0, 100));`

// faintTexts lists the elements with a text whose contrast, as WCAG defines it, is below 4.5.
const faintTexts = `
	const rgb = (c) => c.match(/[\d.]+/g).map(Number);
	const light = (c) => {
		const [r, g, b] = rgb(c).map((x) => x / 255).map((x) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const back = (e) => {
		for (; e; e = e.parentElement) {
			const c = getComputedStyle(e).backgroundColor;
			if (rgb(c)[3] !== 0) return c;
		}
		return "rgb(255, 255, 255)";
	};
	const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) && e.checkVisibility();
	return [...document.querySelectorAll("body *")].filter(hasText).filter((e) => !e.disabled && !e.matches("title")).filter((e) => {
		const style = getComputedStyle(e);
		const [a, b] = [light(e instanceof SVGElement ? style.fill : style.color), light(back(e))];
		return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
	}).map((e) => e.outerHTML.slice(0, 100));`

// chrome sends a command of the DevTools protocol, and reads what it answers.
func (b *Browser) chrome(command string, parameters map[string]any, value any) {
	b.t.Helper()
	b.call("POST", b.session+"/goog/cdp/execute", map[string]any{"cmd": command, "params": parameters}, value)
}

// Size makes the page as wide as a screen.
func (b *Browser) Size(width int) {
	b.t.Helper()
	b.chrome("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
}

// scheme makes the page light or dark.
func (b *Browser) scheme(name string) {
	b.t.Helper()
	b.chrome("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]string{"name": "prefers-color-scheme", "value": name}}}, nil)
}

// picture keeps what the whole page looks like, if that is wanted.
func (b *Browser) picture(name string) {
	b.t.Helper()
	if *screenshots == "" {
		return
	}
	var answer struct{ Data string }
	b.chrome("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true}, &answer)
	data, err := base64.StdEncoding.DecodeString(answer.Data)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(*screenshots, name+".png"), data, 0o600))
}
