package stream_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/ctrzoo/ctrzoo/zoo/stream"
	"github.com/stretchr/testify/require"
)

// The figures by hour are those of the predictions that the model of the evening before makes for the rows of each hour.
func TestFiguresByHour(t *testing.T) {
	const layout = "06010215"
	o := options(t)
	described, err := schema.Parse([]byte("label: click\nfields: [{name: hour, column: time, derive: hour, layout: '" + layout + "'}, {name: user}]\n"))
	require.NoError(t, err)
	o.Schema = described
	hours := []int{3, 4, 4, 23, 4, 3, 4, 23, 23, 23} // those of the rows, again and again; in hour 23 nobody clicks
	list := make([]stream.Day, 2)
	for i := range list {
		rng, text := rand.New(rand.NewPCG(uint64(i), 2)), &strings.Builder{}
		text.WriteString("click,time,user\n")
		for row := range 1000 {
			hour := hours[row%len(hours)]
			fmt.Fprintf(text, "%d,2601%02d%02d,u%d\n", rng.IntN(2)*(1-hour/23), i+1, hour, rng.IntN(50))
		}
		path := filepath.Join(t.TempDir(), "day.csv")
		require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
		list[i] = stream.Day{Name: fmt.Sprint("day", i), Files: []string{path}}
	}
	dir := filepath.Join(t.TempDir(), "s")
	records := through(t, dir, o, list, -1)
	require.Empty(t, records[0].Hours, "there was no model")

	predicted := logits(t, filepath.Join(dir, "days", "day0"), nil, list[1].Files[0])
	text, err := os.ReadFile(list[1].Files[0])
	require.NoError(t, err)
	lines := strings.Split(string(text), "\n")[1:]
	byHour := map[int]*metrics.Predictions{3: {}, 4: {}, 23: {}}
	for row, logit := range predicted {
		p := byHour[hours[row%len(hours)]]
		p.Logits, p.Labels = append(p.Logits, logit), append(p.Labels, float32(lines[row][0]-'0'))
	}
	require.Len(t, records[1].Hours, 3)
	samples := 0
	for i, want := range []int{3, 4, 23} {
		h, p := records[1].Hours[i], byHour[want]
		require.Equal(t, want, h.Hour)
		require.Equal(t, len(p.Labels), h.Samples)
		require.Equal(t, metrics.LogLoss(p.Logits, p.Labels), *h.TestLogLoss)
		samples += h.Samples
		if want == 23 {
			require.Nil(t, h.TestAUC)
			require.Nil(t, h.TestCalibration)
			require.Zero(t, h.Clicks)
			continue
		}
		require.Equal(t, metrics.AUC(p.Logits, p.Labels), *h.TestAUC)
		require.Equal(t, metrics.Calibration(p.Logits, p.Labels), *h.TestCalibration)
		require.Positive(t, h.Clicks)
	}
	require.Equal(t, 1000, samples)
}
