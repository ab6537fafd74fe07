package serve

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Servers are killed while they start, load and change versions, some of which are damaged, two of them at a time on one folder.
// No client sees an answer that no version gives, and the next server starts. The long form kills 100 times:
//
//	go test ./cmd/internal/serve -run AKilledServer -long -v
func TestAKilledServerGivesNoWrongAnswer(t *testing.T) {
	kills := 4
	if *long {
		kills = 100
	}
	c := newChaos(t)
	for range kills {
		c.round()
	}
	t.Logf("%d servers killed; right answers %v, others %v", 2*kills, slices.Collect(maps.Values(c.right)), c.other)
	for text, times := range c.right {
		require.Positive(t, times, text)
	}
}

// chaos disturbs servers of a folder with versions.
type chaos struct {
	*testing.T
	dir    string
	random *rand.Rand
	lock   sync.Mutex
	right  map[string]int // by the answer of a version, how often it came
	other  map[int]int    // answers without a prediction, by status; 0 is none
}

// newChaos makes a folder of two versions that answer differently, and one whose weights were cut.
func newChaos(t *testing.T) *chaos {
	c := &chaos{T: t, dir: filepath.Join(t.TempDir(), "ads"), random: rand.New(rand.NewPCG(3, 5)), right: map[string]int{}, other: map[int]int{}}
	require.NoError(t, os.Mkdir(c.dir, 0o700))
	for i, name := range versions {
		require.NoError(t, os.Rename(savedOf(t, uint64(i)), filepath.Join(c.dir, name)))
	}
	damaged := filepath.Join(c.dir, "damaged")
	require.NoError(t, os.CopyFS(damaged, os.DirFS(filepath.Join(c.dir, versions[0]))))
	require.NoError(t, filepath.WalkDir(damaged, func(path string, _ os.DirEntry, err error) error {
		if err == nil && filepath.Base(path) == "weights.safetensors" {
			err = os.Truncate(path, 500)
		}
		return err
	}))
	for _, name := range versions {
		c.point(name)
		p := startProcess(t, "--from", c.dir)
		code, text, err := ask(http.DefaultClient, p.address, "")
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, code, text)
		c.right[text] = 0
		p.terminate()
	}
	require.Len(t, c.right, len(versions))
	return c
}

// point makes a version the current one, as a stream does.
func (c *chaos) point(version string) {
	link := filepath.Join(c.dir, "next")
	require.NoError(c, os.Symlink(version, link))
	require.NoError(c, os.Rename(link, filepath.Join(c.dir, "current")))
}

// round starts two servers, changes versions under load, and kills them at some time.
func (c *chaos) round() {
	c.point(versions[c.random.IntN(2)]) // a server does not start with a damaged one
	var clients sync.WaitGroup
	var servers []*process
	for range 2 {
		p := startProcess(c.T, "--from", c.dir, "--poll", "5ms")
		servers = append(servers, p)
		clients.Go(func() { c.askUntilDead(p) })
	}
	all := append([]string{"damaged"}, versions...)
	for end := time.Now().Add(time.Duration(c.random.IntN(300)) * time.Millisecond); time.Now().Before(end); {
		c.point(all[c.random.IntN(len(all))])
		time.Sleep(time.Duration(c.random.IntN(30)) * time.Millisecond)
	}
	for _, p := range servers {
		require.NoError(c, p.cmd.Process.Kill())
	}
	clients.Wait()
}

// askUntilDead asks a server, until it does not answer.
func (c *chaos) askUntilDead(p *process) {
	client := &http.Client{Transport: &http.Transport{}} // without a connection to a server of before on the same port
	for {
		code, text, err := ask(client, p.address, "")
		c.lock.Lock()
		_, isRight := c.right[text]
		switch {
		case err == nil && code == http.StatusOK && isRight:
			c.right[text]++
		case err == nil && code == http.StatusOK:
			c.Errorf("no version answers %s", strings.TrimSpace(text))
		default:
			c.other[code]++
		}
		c.lock.Unlock()
		if err != nil {
			return
		}
	}
}
