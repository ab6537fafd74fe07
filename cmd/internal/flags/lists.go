package flags

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// SpreadLists returns a command line in which each word of a list has its flag: --train a.csv b.csv becomes --train a.csv
// --train b.csv. So a shell may replace a pattern by its files. The words of a command that takes arguments stay as they are.
func SpreadLists(root *cobra.Command, args []string) []string {
	cmd, _, err := root.Find(args)
	if err != nil || cmd.HasSubCommands() || strings.Contains(cmd.Use, " ") {
		return args
	}
	var out []string
	flag, hasValue := (*pflag.Flag)(nil), false
	for i, arg := range args {
		switch isFlag := len(arg) > 1 && arg[0] == '-'; {
		case arg == "--":
			return append(out, args[i:]...)
		case isFlag:
			name, _, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			flag, hasValue = cmd.Flags().Lookup(name), given
		case flag != nil && hasValue && isList(flag):
			out = append(out, "--"+flag.Name)
		case flag != nil && !hasValue:
			hasValue = true
		}
		out = append(out, arg)
	}
	return out
}

// isList reports whether a flag has a list of values.
func isList(f *pflag.Flag) bool {
	return slices.Contains([]string{"stringSlice", "intSlice"}, f.Value.Type())
}
