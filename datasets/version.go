package datasets

import "runtime/debug"

// version is that of this module, as the program that uses it was built.
func version() string {
	const module = "github.com/ctrzoo/ctrzoo"
	info, known := debug.ReadBuildInfo()
	if !known {
		return "(devel)"
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module && m.Version != "" {
			return m.Version
		}
	}
	return "(devel)"
}
