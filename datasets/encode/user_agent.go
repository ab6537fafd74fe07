package encode

import "strings"

// The names that osBrowser looks for; the first one found counts.
var (
	systems  = []string{"windows", "ios", "mac", "android", "linux"}
	browsers = []string{"chrome", "sogou", "maxthon", "safari", "firefox", "theworld", "opera", "ie"}
)

// osBrowser returns the system and the browser of a user agent, each "other" if none is known, as
// windows_chrome. It is the customary rule for iPinYou. The rule finds a name anywhere, so that it also
// calls a user agent ie that has "series" in it.
func osBrowser(userAgent string) string {
	text := strings.ToLower(userAgent)
	return firstIn(text, systems) + "_" + firstIn(text, browsers)
}

func firstIn(text string, names []string) string {
	for _, name := range names {
		if strings.Contains(text, name) {
			return name
		}
	}
	return "other"
}
