package encode

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// The names that osBrowser looks for; the first one found counts.
var (
	systems  = []string{"windows", "ios", "mac", "android", "linux"}
	browsers = []string{"chrome", "sogou", "maxthon", "safari", "firefox", "theworld", "opera", "ie"}
)

// pairs are the names of a system and a browser, joined: pairs[system][browser]. The last of each is "other".
var pairs = joinNames(append(systems[:len(systems):len(systems)], "other"), append(browsers[:len(browsers):len(browsers)], "other"))

func joinNames(systems, browsers []string) [][]string {
	table := make([][]string, len(systems))
	for i, system := range systems {
		for _, browser := range browsers {
			table[i] = append(table[i], system+"_"+browser)
		}
	}
	return table
}

// userAgents derives os_browser. It keeps its memory from one user agent to the next.
type userAgents struct{ lower []byte }

// osBrowser returns the system and the browser of a user agent, each "other" if none is known, as
// windows_chrome. It is the customary rule for iPinYou. The rule finds a name anywhere, so that it also
// calls a user agent ie that has "series" in it.
func (u *userAgents) osBrowser(userAgent string) string {
	u.lower = u.lower[:0]
	for _, r := range userAgent {
		u.lower = utf8.AppendRune(u.lower, unicode.ToLower(r))
	}
	return pairs[firstIn(u.lower, systems)][firstIn(u.lower, browsers)]
}

// firstIn returns the index of the first name that is in a text, and len(names) if none is.
func firstIn(text []byte, names []string) int {
	for i, name := range names {
		if bytes.Contains(text, []byte(name)) {
			return i
		}
	}
	return len(names)
}
