package flags

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

func TestSpreadLists(t *testing.T) {
	root := &cobra.Command{Use: "zoo"}
	for _, use := range []string{"train", "report RECORDS..."} {
		cmd := &cobra.Command{Use: use, Run: func(*cobra.Command, []string) {}}
		cmd.Flags().StringSlice("train", nil, "")
		cmd.Flags().StringSlice("test", nil, "")
		cmd.Flags().String("out", "", "")
		cmd.Flags().Bool("json", false, "")
		root.AddCommand(cmd)
	}
	for args, want := range map[string]string{
		"train --train a b c --test d":     "train --train a --train b --train c --test d",
		"train --train=a b --json --out o": "train --train=a --train b --json --out o",
		"train --train a --out o x":        "train --train a --out o x",
		"train --train - b":                "train --train - --train b",
		"train x --train a":                "train x --train a",
		"train --json x":                   "train --json x",
		"train --train a -- b":             "train --train a -- b",
		"train --nothing a b":              "train --nothing a b",
		"report --train a b":               "report --train a b",
		"unknown --train a b":              "unknown --train a b",
		"":                                 "",
	} {
		require.Equal(t, want, strings.Join(SpreadLists(root, strings.Fields(args)), " "))
	}
}
