//go:build unix

package cmd

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"
)

// elsewhere says of the commands in the README and in docs that need a network, a server, other programs or much time which
// test runs what they do, by the beginnings of their lines. A word in parentheses is no test, but a reason.
var elsewhere = map[string]string{
	// other programs
	"apt-get ": "(installs packages)", "npm ": "(installs packages)", "go install": "(installs the command)",
	"docker ": "(needs a daemon)", "git clone": "(needs a network)",
	"CGO_ENABLED=1 go build -tags mpi": "TestRanksUnderMPI", "mpirun ": "TestRanksUnderMPI",
	"go test ": "(it is a test)", "go -C notebooks": "(has tests of its own)", "go run . ": "TestAModuleOutsideExtendsEveryVerb",
	"grpcurl ": "TestForeignClientsGetThePredictionsOfZooPredict", "curl ": "TestForeignClientsGetThePredictionsOfZooPredict", "zoo serve ": "TestForeignClientsGetThePredictionsOfZooPredict",
	"CTRZOO_NODE_MODULES=": "TestVerifyONNX", "zoo verify onnx ": "TestVerifyONNX",
	"zoo export embeddings --from run --format redis": "TestRedis",
	"zoo import ": "TestImport",
	// measurements of hours, with other tests that run them for seconds
	"zoo bench":                 "TestBenchmarksPrintTheirFigures",
	"zoo experiment adam-table": "TestAGridRunsOnceAndGivesTheSameSideBySide", "zoo experiment adagrad-table": "TestAGridRunsOnceAndGivesTheSameSideBySide", "zoo experiment ablation-buckets": "TestAGridRunsOnceAndGivesTheSameSideBySide",
	"zoo experiment alpha-sensitivity": "TestAGridRunsOnceAndGivesTheSameSideBySide", "zoo experiment learning-curve": "TestAGridRunsOnceAndGivesTheSameSideBySide", "zoo report adam-table.jsonl": "TestResultsAreThoseOfTheRecords",
}

// inLongForm are the beginnings of the commands that take long, and of those that read what these write. Only the long form
// runs them.
var inLongForm = []string{
	"zoo train --solver adam,adamar", "zoo stream ", "zoo delta ",
}

// isCommand finds the lines of a page that are commands.
var isCommand = regexp.MustCompile(`^    (zoo|go|curl|docker|mpirun|npm|apt-get|grpcurl|cat|git|CGO_ENABLED=\S+|CTRZOO_\w+=\S+) `)

// commandsOf returns the commands of a page, in their order. A line that ends with a backslash goes on.
func commandsOf(page string) (list []string) {
	joined := strings.ReplaceAll(page, "\\\n", "")
	for line := range strings.SplitSeq(joined, "\n") {
		if isCommand.MatchString(line) && !strings.HasPrefix(line, "    zoo: ") {
			list = append(list, strings.TrimSpace(line))
		}
	}
	return list
}

// Every command of the README and of docs runs as it is written, one page after the other, each in a new folder that has the
// files which the page speaks of. The long form runs those that take long, too:
//
//	go test ./cmd -run EveryCommandInTheDocs -long -v
func TestEveryCommandInTheDocsRuns(t *testing.T) {
	bin := filepath.Dir(buildZoo(t))
	pages, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	for _, page := range append(pages, "../README.md") {
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			text := read(t, page)
			dir := t.TempDir()
			writeLogs(t, dir)
			for _, name := range runsFrom(commandsOf(text)) {
				runLine(t, dir, bin, "zoo train --schema log.yaml --train train.csv.gz --epochs 1 --batch-size 256 --out "+name)
			}
			for _, b := range block.FindAllStringSubmatch(text, -1) {
				if b[1] != "" {
					writeExample(t, dir, b[1], b[3])
				}
			}
			for _, line := range commandsOf(text) {
				if strings.Contains(text, "`--rows 300`") { // the page itself offers it
					line = strings.ReplaceAll(line, "--rows 100000", "--rows 300")
				}
				switch {
				case place(line) != "":
					continue
				case !*long && beginsWith(line, inLongForm):
					t.Logf("in the long form only: %s", line)
					continue
				}
				runLine(t, dir, bin, line)
			}
		})
	}
}

// writeExample writes a file that a page shows. A log is repeated, and is also the days and the folder of logs.
func writeExample(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if !strings.HasPrefix(text, "click,") {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return
	}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "logs"), 0o700))
	for _, path := range []string{path, filepath.Join(dir, "day1.csv"), filepath.Join(dir, "day2.csv"), filepath.Join(dir, "logs", "part1.csv")} {
		writeRepeated(t, path, text)
	}
}

// runsFrom returns the runs that the commands of a page go on from before one of them makes it.
func runsFrom(commands []string) (names []string) {
	var made []string
	for _, line := range commands {
		if place(line) != "" {
			continue
		}
		words := strings.Fields(line)
		for i := 1; i < len(words); i++ {
			switch name := words[i]; {
			case words[i-1] == "--out":
				made = append(made, name)
			case words[i-1] == "--from" && !slices.Contains(made, name):
				names, made = append(names, name), append(made, name)
			}
		}
	}
	return names
}

// place says where a command runs that does not run here; "" if it runs here.
func place(line string) string {
	for beginning, where := range elsewhere {
		if strings.HasPrefix(line, beginning) {
			return where
		}
	}
	return ""
}

func beginsWith(line string, beginnings []string) bool {
	for _, b := range beginnings {
		if strings.HasPrefix(line, b) {
			return true
		}
	}
	return false
}

// runLine runs a line as a shell does.
func runLine(t *testing.T, dir, bin, line string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", line)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	start := time.Now()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", line, out)
	t.Logf("%5.1f s  %s", time.Since(start).Seconds(), line)
}

// The tests that elsewhere names exist.
func TestCommandsThatRunElsewhereHaveTests(t *testing.T) {
	for line, test := range elsewhere {
		if !strings.HasPrefix(test, "(") {
			require.Positive(t, goLines(t, "func "+test+`\(t \*testing\.T\)`), line)
		}
	}
}

// What the commands of CONTRIBUTING name is there: scripts, folders, and tests by a part of their names. Those of zoo run as they
// are written.
func TestCommandsOfContributingNameWhatThereIs(t *testing.T) {
	commands := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(read(t, "../CONTRIBUTING.md"), -1)
	require.Greater(t, len(commands), 10)
	for _, c := range commands {
		words := strings.Fields(c[1])
		for i, word := range words {
			switch {
			case i > 0 && words[i-1] == "-run":
				require.Positive(t, goLines(t, "func (Test|Fuzz)[A-Za-z0-9_]*"+word), c[1])
			case strings.HasPrefix(word, "Fuzz"):
				require.Positive(t, goLines(t, "func "+word), c[1])
			case strings.HasPrefix(word, ".ci/"), strings.HasPrefix(word, "./"):
				_, err := os.Stat(filepath.Join("..", strings.TrimSuffix(word, "...")))
				require.NoError(t, err, c[1])
			}
		}
		if line, isZoo := strings.CutPrefix(c[1], "go run ./cmd/zoo "); isZoo && place("zoo "+line) == "" {
			runLine(t, "..", filepath.Dir(buildZoo(t)), "zoo "+line)
		}
	}
}

// goLines counts the lines of the module's tests that match a regular expression.
func goLines(t *testing.T, expression string) int {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "grep", "-rhE", "--include=*_test.go", "^"+expression, "..").Output()
	require.NoError(t, err, expression)
	return strings.Count(string(out), "\n")
}

// writeLogs writes the files that the pages speak of: logs of a shop with their schema, in several formats, and files of the
// layout of Amazon's.
func writeLogs(t *testing.T, dir string) {
	t.Helper()
	const header = "click,time,user,site,item,history,price\n"
	rows := func(from, n int) string {
		var text strings.Builder
		for i := from; i < from+n; i++ {
			day := time.Date(2026, 1, 1, i%24, 0, 0, 0, time.UTC).AddDate(0, 0, (i-from)*20/n)
			click := 0
			if (i*i+i/3)%7 < 3 {
				click = 1
			}
			fmt.Fprintf(&text, "%d,%s,u%d,s%d,i%d,i%d|i%d,%d.5\n", click, day.Format(time.DateTime), i%50, i*i%11, i%17, i%5, i%13, i%29)
		}
		return text.String()
	}
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		file, err := os.Create(path)
		require.NoError(t, err)
		defer file.Close()
		if !strings.HasSuffix(name, ".gz") {
			_, err = file.WriteString(text)
			require.NoError(t, err)
			return
		}
		z := gzip.NewWriter(file)
		_, err = z.Write([]byte(text))
		require.NoError(t, err)
		require.NoError(t, z.Close())
	}
	write("train.csv.gz", header+rows(0, 3000))
	write("tomorrow.csv.gz", header+rows(3000, 500))
	for _, name := range []string{"log.csv", "day1.csv", "day2.csv", "test.csv"} {
		write(name, header+rows(100, 800))
	}
	write("test.csv.gz", header+rows(5000, 500))
	write("new.jsonl", `{"time":"2026-02-01 10:00:00","user":"u1","site":"s1","item":"i3","history":["i1","i2"],"price":2.5}`+"\n")
	write("log.yaml", read(t, "testdata/docs/log.yaml"))
	write("schema.yaml", read(t, "testdata/docs/log.yaml"))
	write("dataset_config.yaml", read(t, "testdata/docs/dataset_config.yaml"))
	var reviews, meta strings.Builder
	for user := range 60 {
		for i := range 5 {
			fmt.Fprintf(&reviews, `{"reviewerID": "U%d", "asin": "B%d", "unixReviewTime": %d}`+"\n", user, (user*7+i*i)%40, 1_400_000_000+86400*(i+user))
		}
	}
	for item := range 40 {
		fmt.Fprintf(&meta, "{'asin': 'B%d', 'categories': [['Beauty', 'c%d']], 'brand': 'b%d'}\n", item, item%6, item%9)
	}
	write("reviews_Beauty_5.json.gz", reviews.String())
	write("meta_Beauty.json.gz", meta.String())
}
