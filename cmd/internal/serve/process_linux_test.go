package serve

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/stretchr/testify/require"
)

var long = flag.Bool("long", false, "run the long forms of the tests")

// argsVariable has the arguments of a process that is the verb serve instead of the tests.
const argsVariable = "ZOO_TEST_SERVE"

func TestMain(m *testing.M) {
	if args := os.Getenv(argsVariable); args != "" {
		os.Exit(serveUntilTerminated(strings.Split(args, "\n")))
	}
	os.Exit(m.Run())
}

func serveUntilTerminated(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	catalogs, err := flags.NewCatalogs(flags.Own{})
	if err == nil {
		cmd := NewCommand(catalogs)
		cmd.SetArgs(args)
		err = cmd.ExecuteContext(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// process is a server in a process of its own.
type process struct {
	*testing.T
	cmd           *exec.Cmd
	address, grpc string
	ready         time.Duration // from its start
	log           *output
}

// startProcess starts a server, which ends with the test.
func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{T: t, cmd: exec.Command(os.Args[0]), log: &output{}}
	args = append(args, "--listen", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--metrics", "", "--drain-pause", "200ms")
	p.cmd.Env = append(os.Environ(), argsVariable+"="+strings.Join(args, "\n"))
	p.cmd.Stderr, p.cmd.Stdout = p.log, p.log
	began := time.Now()
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it may have ended
		_ = p.cmd.Wait()
	})
	found := regexp.MustCompile(`msg=serving address=(http|grpc)://(\S+)`)
	var addresses [][]string
	require.Eventually(t, func() bool {
		addresses = found.FindAllStringSubmatch(p.log.String(), -1)
		return len(addresses) == 2
	}, time.Minute, time.Millisecond, "%s", p.log)
	p.address, p.grpc = "http://"+addresses[0][2], addresses[1][2]
	require.Equal(t, http.StatusOK, p.get("/v2/health/ready"))
	p.ready = time.Since(began)
	return p
}

// get returns the status of an answer.
func (p *process) get(path string) int {
	p.Helper()
	answer, err := http.Get(p.address + path)
	require.NoError(p, err)
	answer.Body.Close()
	return answer.StatusCode
}

// terminate sends SIGTERM, and waits until the server has drained.
func (p *process) terminate() {
	p.Helper()
	require.NoError(p, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(p, p.cmd.Wait(), "%s", p.log)
}

// memory is what the process has in memory and in no file.
func (p *process) memory() int {
	p.Helper()
	return p.kilobytes("status", "")["RssAnon"] << 10
}

// kilobytes sums the figures of a file of /proc about the process: all of them, or those of the mappings of files whose path has a
// certain end.
func (p *process) kilobytes(name, suffix string) map[string]int {
	p.Helper()
	file, err := os.Open(fmt.Sprintf("/proc/%d/%s", p.cmd.Process.Pid, name))
	require.NoError(p, err)
	defer file.Close()
	sums, counts := map[string]int{}, suffix == ""
	for s := bufio.NewScanner(file); s.Scan(); {
		fields := strings.Fields(s.Text())
		label, isFigure := strings.CutSuffix(fields[0], ":")
		if !isFigure {
			counts = strings.HasSuffix(s.Text(), suffix)
		}
		if counts && len(fields) == 3 && fields[2] == "kB" {
			n, err := strconv.Atoi(fields[1])
			require.NoError(p, err)
			sums[label] += n
		}
	}
	return sums
}
