package cmd

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The help groups the flags of commands that have many; those of others are one list.
func TestTheHelpGroupsFlags(t *testing.T) {
	titles := regexp.MustCompile(`(?m)^[A-Z][a-z]+:$`)
	for command, want := range map[string][]string{
		"train":    {"Usage:", "Data:", "Model:", "Solver:", "Training:", "Saving:", "Parallel:", "Other:"},
		"tune":     {"Usage:", "Data:", "Model:", "Solver:", "Training:", "Saving:", "Parallel:", "Other:"},
		"stream":   {"Usage:", "Commands:", "Data:", "Model:", "Solver:", "Training:", "Saving:", "Parallel:", "Other:"},
		"evaluate": {"Usage:", "Flags:"},
	} {
		code, out, stderr := zooCommand(t, command, "--help")
		require.Zero(t, code, stderr)
		require.Equal(t, want, titles.FindAllString(out, -1), command)
	}
}

func TestAnUnknownFlagIsAnsweredWithTheOneThatWasMeant(t *testing.T) {
	requireRefusals(t, []refusal{
		{"train --learing-rate 3", 2, "unknown flag: --learing-rate; did you mean --learning-rate?\n"},
		{"train --batch 3", 2, "unknown flag: --batch; did you mean --batch-norm or --batch-size?\n"},
		{"predict --form r", 2, "unknown flag: --form; did you mean --from?\n"},
		{"predict --colour", 2, "unknown flag: --colour\n"},
	})
}
