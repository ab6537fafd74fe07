package ui

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The groups of flags, in the order of the help.
const (
	DataFlags     = "Data"
	ModelFlags    = "Model"
	SolverFlags   = "Solver"
	TrainingFlags = "Training"
	SavingFlags   = "Saving"
	ParallelFlags = "Parallel"
	OtherFlags    = "Other"
)

func groups() []string {
	return []string{DataFlags, ModelFlags, SolverFlags, TrainingFlags, SavingFlags, ParallelFlags, OtherFlags}
}

const groupAnnotation = "group"

// Group puts the flags that a function adds into a group, unless they are in one.
func Group(f *pflag.FlagSet, group string, add func()) {
	before := map[string]bool{}
	f.VisitAll(func(flag *pflag.Flag) { before[flag.Name] = true })
	add()
	f.VisitAll(func(flag *pflag.Flag) {
		if before[flag.Name] || flag.Annotations[groupAnnotation] != nil {
			return
		}
		if flag.Annotations == nil {
			flag.Annotations = map[string][]string{}
		}
		flag.Annotations[groupAnnotation] = []string{group}
	})
}

// PrintHelp prints what a command does and how it is used.
func PrintHelp(c *cobra.Command, _ []string) {
	w := c.OutOrStdout()
	text := c.Long
	if text == "" {
		text = c.Short
	}
	fmt.Fprintf(w, "%s\n\n", reflowed(text, widthOf(w)))
	printUsage(w, c)
}

// PrintUsage prints how a command is used.
func PrintUsage(c *cobra.Command) error {
	printUsage(c.OutOrStderr(), c)
	return nil
}

// reflowed wraps the paragraphs of a text that is too wide. Lines that are indented, which are commands, stay as they are.
func reflowed(text string, width int) string {
	lines := strings.Split(text, "\n")
	if !slices.ContainsFunc(lines, func(line string) bool { return len(line) > width }) {
		return text
	}
	var out, paragraph []string
	end := func() {
		if len(paragraph) > 0 {
			out = append(out, strings.ReplaceAll(wrapped(paragraph, width), "\n  ", "\n"))
		}
		paragraph = nil
	}
	for _, line := range lines {
		if strings.HasPrefix(line, " ") || line == "" {
			end()
			out = append(out, line)
			continue
		}
		paragraph = append(paragraph, strings.Fields(line)...)
	}
	end()
	return strings.Join(out, "\n")
}

// printUsage prints the commands of a command, and its flags by their groups.
func printUsage(w io.Writer, c *cobra.Command) {
	width := widthOf(w)
	fmt.Fprint(w, "Usage:\n")
	if c.Runnable() && c.HasParent() {
		fmt.Fprintf(w, "  %s\n", c.UseLine())
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "  %s COMMAND\n\nCommands:\n", c.CommandPath())
		printCommands(w, c.Commands(), width)
	}
	printFlags(w, c.LocalFlags(), width)
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\nThe flags of a command: %s COMMAND --help\n", c.CommandPath())
	}
}

func printCommands(w io.Writer, list []*cobra.Command, width int) {
	longest := 0
	for _, c := range list {
		longest = max(longest, len(c.Name()))
	}
	for _, c := range list {
		if !c.IsAvailableCommand() && c.Name() != "help" {
			continue
		}
		lead := fmt.Sprintf("  %-*s ", longest, c.Name())
		text := wrapped(append([]string{lead}, strings.Fields(c.Short)...), width-2)
		fmt.Fprintln(w, strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", 2)))
	}
}

// printFlags prints the flags that are not hidden. If none is in a group, there are no groups.
func printFlags(w io.Writer, all *pflag.FlagSet, width int) {
	sets := map[string]*pflag.FlagSet{}
	all.VisitAll(func(flag *pflag.Flag) {
		group := OtherFlags
		if of := flag.Annotations[groupAnnotation]; of != nil {
			group = of[0]
		}
		if sets[group] == nil {
			sets[group] = pflag.NewFlagSet(group, pflag.ContinueOnError)
		}
		sets[group].AddFlag(flag)
	})
	for _, group := range groups() {
		set := sets[group]
		if set == nil || !set.HasAvailableFlags() {
			continue
		}
		title := "Flags"
		if len(sets) > 1 {
			title = group
		}
		fmt.Fprintf(w, "\n%s:\n%s", title, set.FlagUsagesWrapped(width))
	}
}

// UnknownFlag adds to the error of a flag that a command does not have the flags that are like it.
func UnknownFlag(c *cobra.Command, err error) error {
	unknown, is := err.(*pflag.NotExistError)
	if !is {
		return Usage(err)
	}
	var like []string
	c.Flags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden && isLike(unknown.GetSpecifiedName(), flag.Name) {
			like = append(like, "--"+flag.Name)
		}
	})
	return Usagef("%w%s", err, DidYouMean(like))
}

// DidYouMean asks for what is like something that is unknown.
func DidYouMean(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(names, " or ") + "?"
}

// isLike reports whether a known name may have been meant by an unknown one: it begins so, or differs in at most two letters.
func isLike(unknown, known string) bool {
	if len(unknown) >= 3 && strings.HasPrefix(known, unknown) {
		return true
	}
	return distance(unknown, known) <= min(2, len(unknown)/2)
}

// distance is how many letters must be added, left out or exchanged to get from one word to another, of Levenshtein.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			exchange := diagonal
			if a[i] != b[j] {
				exchange++
			}
			diagonal = row[j+1]
			row[j+1] = min(exchange, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
