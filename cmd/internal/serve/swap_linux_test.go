package serve

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// While versions change, and when the server is told to end, no request fails; and the memory of the old versions comes back. The
// long form has 50 changes, and looks at the memory:
//
//	go test ./cmd/internal/serve -run SwapsAndSIGTERM -long -v
func TestSwapsAndSIGTERMUnderLoadFailNoRequest(t *testing.T) {
	swaps := 6
	if *long {
		swaps = 50
	}
	dir := filepath.Join(t.TempDir(), "ads")
	require.NoError(t, os.Mkdir(dir, 0o700))
	for _, name := range versions {
		require.NoError(t, os.Rename(saved(t), filepath.Join(dir, name)))
	}
	require.NoError(t, os.Symlink(versions[0], filepath.Join(dir, "current")))
	p := startProcess(t, "--from", dir, "--poll", "0")
	var clients sync.WaitGroup
	var asked atomic.Int64
	for range 4 {
		clients.Go(func() {
			for p.isReady() {
				if code, text, err := ask(http.DefaultClient, p.address, ""); err != nil || code != http.StatusOK {
					t.Error(code, text, err)
				}
				asked.Add(1)
				time.Sleep(time.Millisecond) // so that there are processors left for the changes
			}
		})
	}
	p.swap(swaps)
	before := p.resident()
	p.swap(swaps)
	after := p.resident()
	t.Logf("%d requests; %d kB of memory after %d changes, %d kB after %d", asked.Load(), before>>10, swaps, after>>10, 2*swaps)
	if *long && float64(after) > 1.05*float64(before) {
		t.Error("the memory of old versions does not come back")
	}
	assert.Less(t, p.kilobytes("smaps", "/weights.safetensors")["Size"], 3*os.Getpagesize()>>10, "old versions stay mapped")
	p.terminate()
	clients.Wait()
	require.Greater(t, asked.Load(), int64(swaps))
}

// resident is all that the process has in memory, with what garbage there is.
func (p *process) resident() int {
	p.Helper()
	return p.kilobytes("status", "")["VmRSS"] << 10
}

var versions = []string{"one", "two"}

// swap changes the version some times.
func (p *process) swap(times int) {
	p.Helper()
	for i := range times {
		body := fmt.Sprintf(`{"parameters": {"version": %q}}`, versions[i%2])
		answer, err := http.Post(p.address+"/v2/repository/models/ads/load", "application/json", strings.NewReader(body))
		require.NoError(p, err)
		answer.Body.Close()
		require.Equal(p, http.StatusOK, answer.StatusCode)
	}
}

// isReady asks as a balancer does.
func (p *process) isReady() bool {
	answer, err := http.Get(p.address + "/v2/health/ready")
	if err != nil {
		p.Error(err)
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}
