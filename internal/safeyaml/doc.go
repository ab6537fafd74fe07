// Package safeyaml reads YAML that anybody may have written. What the YAML means is up to its callers.
//
// The library that parses panics on some texts, and needs time that grows with the square of the nesting, and with that of the
// keys of a map. Here each of them is an error.
package safeyaml
