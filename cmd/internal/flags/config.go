package flags

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/internal/safeyaml"
	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/spf13/pflag"
)

// ReadConfig sets the flags that were not given on the command line from a YAML file, whose keys
// are the names of flags with _ for -, and whose values are scalars or lists of scalars.
func ReadConfig(path string, flags *pflag.FlagSet) error {
	text, err := safefile.ReadInput(path)
	if err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	return setFlags(path, text, flags)
}

// setFlags is ReadConfig of the text of a file.
func setFlags(path string, text []byte, flags *pflag.FlagSet) error {
	file, err := safeyaml.Parse(text)
	if err != nil {
		return fmt.Errorf("--config: %s: %w", path, err)
	}
	for _, doc := range file.Docs {
		entries, err := mapping(doc.Body)
		if err != nil {
			return fmt.Errorf("--config: %s: %w", path, err)
		}
		for _, entry := range entries {
			if err := setFlag(entry, flags); err != nil {
				return fmt.Errorf("--config: %s, line %d: %w", path, entry.Key.GetToken().Position.Line, err)
			}
		}
	}
	return nil
}

// mapping lists the entries of a YAML mapping. The parser has a kind of its own for one with a single key.
func mapping(body ast.Node) ([]*ast.MappingValueNode, error) {
	switch body := body.(type) {
	case nil:
		return nil, nil
	case *ast.MappingNode:
		return body.Values, nil
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{body}, nil
	}
	return nil, fmt.Errorf("want a mapping of flags to values")
}

func setFlag(entry *ast.MappingValueNode, flags *pflag.FlagSet) error {
	key := entry.Key.GetToken().Value
	flag := flags.Lookup(strings.ReplaceAll(key, "_", "-"))
	if flag == nil || flag.Name == "config" {
		return fmt.Errorf("unknown key %q", key)
	}
	_, isList := flag.Value.(pflag.SliceValue)
	value, err := scalar(entry.Value, isList)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	if flag.Changed {
		return nil // the command line wins
	}
	if err := flags.Set(flag.Name, value); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// scalar returns the text of a scalar, or that of a list, which a flag that is a list reads: an element that has a comma
// stays one.
func scalar(n ast.Node, ofList bool) (string, error) {
	switch n := n.(type) {
	case *ast.SequenceNode:
		var parts []string
		for _, v := range n.Values {
			part, err := scalar(v, false)
			if err != nil {
				return "", err
			}
			parts = append(parts, part)
		}
		if ofList {
			return listText(parts)
		}
		return strings.Join(parts, ","), nil
	case ast.ScalarNode:
		return n.GetToken().Value, nil
	}
	return "", fmt.Errorf("want a value or a list of values")
}

// Config returns the text that ReadConfig reads as the flags that were given, but for some, with other values for those that
// are listed. Paths are absolute, so that it can be read from any folder.
func Config(flags *pflag.FlagSet, values []experiment.Value, but ...string) ([]byte, error) {
	kept := Kept(flags, but...)
	for _, v := range values {
		kept[Name(v.Name)] = v.Text
	}
	var all yaml.MapSlice
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		all = append(all, yaml.MapItem{Key: strings.ReplaceAll(name, "-", "_"), Value: kept[name]})
	}
	return yaml.Marshal(all)
}
