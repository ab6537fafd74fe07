package serve

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/bench/serving"
	"github.com/stretchr/testify/require"
)

// Two servers of one model have its weights in memory once, and the file is ready at once. The long form has 50 million rows of 16
// values, 3.2 GB:
//
//	go test ./cmd/internal/serve -run ShareThePages -long -v
func TestServersShareThePagesOfAModel(t *testing.T) {
	rows := 240_000
	if *long {
		rows = 50_000_000
	}
	dir := filepath.Join(t.TempDir(), "ads")
	m, err := serving.NewModel(zoo.DNN{EmbeddingDim: 16, HiddenUnits: []int{32}}, rows, true)
	require.NoError(t, err)
	require.NoError(t, m.Save(dir))
	m.Free()
	var servers []*process
	for range 2 {
		p := startProcess(t, "--from", dir, "--verify", "background")
		t.Logf("ready after %v", p.ready)
		if *long {
			require.Less(t, p.ready, 2*time.Second)
		}
		servers = append(servers, p)
	}
	body := manyInstances(1000)
	for _, p := range servers {
		answer, err := http.Post(p.address+"/v1/models/ads:predict", "application/json", strings.NewReader(body))
		require.NoError(t, err)
		answer.Body.Close()
		require.Equal(t, http.StatusOK, answer.StatusCode)
	}
	for _, p := range servers {
		pages := p.kilobytes("smaps", "/weights.safetensors")
		t.Logf("of the weights: %d kB in memory, %d kB shared; anonymous memory: %d kB", pages["Rss"], pages["Shared_Clean"], p.memory()>>10)
		require.Greater(t, pages["Rss"], 1000)
		require.Zero(t, pages["Private_Dirty"]+pages["Shared_Dirty"])
		require.Greater(t, pages["Shared_Clean"], pages["Rss"]*9/10)
		require.Eventually(t, func() bool { return strings.Contains(p.log.String(), `msg="model loaded"`) }, 2*time.Minute, 10*time.Millisecond, "%s", p.log)
	}
	for _, p := range servers {
		p.terminate()
	}
}

// manyInstances are samples with all sorts of values.
func manyInstances(n int) string {
	random := rand.New(rand.NewPCG(1, 1))
	var list []string
	for range n {
		var cells []string
		for field := range 24 {
			side := "user"
			if field >= 16 {
				side = "candidate"
			}
			cells = append(cells, fmt.Sprintf(`"%s_%02d": "%d"`, side, field, random.Uint64()))
		}
		list = append(list, "{"+strings.Join(cells, ",")+"}")
	}
	return `{"instances": [` + strings.Join(list, ",") + "]}"
}
