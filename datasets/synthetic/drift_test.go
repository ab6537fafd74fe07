package synthetic

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
)

// driftDays draws days; the text of each is its CSV file.
func driftDays(t *testing.T, o Drift, days int) (texts []string, list []DriftDay, l *DriftLog) {
	t.Helper()
	l, err := NewDriftLog(o)
	require.NoError(t, err)
	for range days {
		var text strings.Builder
		day, err := l.WriteDay(t.Context(), &text)
		require.NoError(t, err)
		texts, list = append(texts, text.String()), append(list, day)
	}
	return texts, list, l
}

// columns returns the cells of a day by column.
func columns(t *testing.T, text string) map[string][]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(t, err)
	byName := map[string][]string{}
	for _, r := range records[1:] {
		for i, name := range records[0] {
			byName[name] = append(byName[name], r[i])
		}
	}
	return byName
}

func TestIDsAreBornAndDie(t *testing.T) {
	texts, days, _ := driftDays(t, Drift{Rows: 2000}, 60)
	first, lastSeen, back := 0, map[string]int{}, 0
	for d, text := range texts {
		c := columns(t, text)
		require.Len(t, c["click"], 2000)
		for _, field := range []string{"user", "item"} {
			for _, v := range c[field] {
				id := field + v
				if before, known := lastSeen[id]; known && d-before > 20 {
					back++
				}
				lastSeen[id] = d
			}
		}
		require.Len(t, lastSeen, days[d].Seen, "the ids that rows had so far, on day %d", d)
		if d == 0 {
			first = len(lastSeen)
			require.Equal(t, days[0].Alive, days[0].Born)
			continue
		}
		require.Equal(t, days[d-1].Alive+days[d].Born+days[d].Returned-days[d].Died, days[d].Alive)
		require.InDelta(t, days[0].Alive, days[d].Alive, 0.1*float64(days[0].Alive))
	}
	require.InDelta(t, 10, float64(len(lastSeen))/float64(first), 1, "how the ids grow in 60 days")
	require.Greater(t, back, 20, "ids that come back after 20 days")
}

func TestNothingDriftsWithoutRates(t *testing.T) {
	_, days, l := driftDays(t, Drift{Rows: 500, Births: None, Deaths: None, Returns: None, Popularity: None}, 10)
	weights := append([]float64(nil), l.users.cumulative...)
	for _, d := range days[1:] {
		require.Equal(t, days[0].Alive, d.Alive)
		require.Zero(t, d.Born+d.Died+d.Returned)
	}
	l.users.pass(10, l.truth)
	require.Equal(t, weights, l.users.cumulative)
}

func TestTheNumberAliveTendsToBirthsOverDeaths(t *testing.T) {
	_, days, _ := driftDays(t, Drift{Rows: 500, Users: 4000, Births: 0.2, Deaths: 0.1}, 60)
	require.InDelta(t, 2, float64(days[59].Alive)/float64(days[0].Alive), 0.1)
}

// Effects move by a stationary walk of the correlation that is asked for, and those of a log without it stay.
func TestEffectsDrift(t *testing.T) {
	for _, move := range []float64{0, 0.6, 1} {
		l, err := NewDriftLog(Drift{Rows: 1000, Users: 20_000, Births: None, Deaths: None, Effects: move})
		require.NoError(t, err)
		l.items.pass(0, l.truth)
		l.users.pass(0, l.truth)
		before := append([]float64(nil), l.truth.main[userField]...)
		factors := l.truth.factors[itemField][0]
		l.items.pass(1, l.truth)
		l.users.pass(1, l.truth)
		after := l.truth.main[userField]
		require.Equal(t, move == 0, factors == l.truth.factors[itemField][0])
		require.InDelta(t, math.Sqrt(1-move*move), stat.Correlation(before, after, nil), 0.02)
		require.InDelta(t, stat.StdDev(before, nil), stat.StdDev(after, nil), 0.01)
	}
}

// A returned id has the effects of its first life, in whatever place it settles.
func TestAReturnedIDIsWhatItWas(t *testing.T) {
	l, err := NewDriftLog(Drift{Rows: 1000, Returns: 0.5})
	require.NoError(t, err)
	effects, places, moved := map[int32]float64{}, map[int32]int{}, 0
	for day := range 20 {
		l.users.pass(day, l.truth)
		for _, at := range l.users.settled {
			id, effect := l.users.ids[at], l.truth.main[userField][at]
			if before, known := effects[id]; known {
				require.Equal(t, before, effect)
				if places[id] != at {
					moved++
				}
			}
			effects[id], places[id] = effect, at
		}
	}
	require.Greater(t, moved, 50)
}

func TestTheListHasTheItemsThatTheUserClickedLast(t *testing.T) {
	texts, _, _ := driftDays(t, Drift{Rows: 3000, Deaths: None, Births: None}, 2)
	clicked := map[string][]string{}
	full := 0
	for _, text := range texts {
		c := columns(t, text)
		for i, user := range c["user"] {
			list := clicked[user]
			require.Equal(t, strings.Join(list[max(0, len(list)-5):], "|"), c["history"][i])
			if len(list) >= 5 {
				full++
			}
			if c["click"][i] == "1" {
				clicked[user] = append(list, c["item"][i])
			}
		}
	}
	require.Greater(t, full, 100)
}

func TestClicksFollowTheProbabilities(t *testing.T) {
	l, err := NewDriftLog(Drift{Rows: 20_000, Seed: 5})
	require.NoError(t, err)
	day := DriftDay{}
	day.add(l.users.pass(0, l.truth))
	day.add(l.items.pass(0, l.truth))
	l.forget()
	var text bytes.Buffer
	probabilities, err := l.writeRows(t.Context(), &text, &day)
	require.NoError(t, err)
	expected, variance := 0.0, 0.0
	for _, p := range probabilities {
		expected += p
		variance += p * (1 - p)
	}
	require.InDelta(t, expected, day.Clicks, 4*math.Sqrt(variance))
	wins, pairs := 0.0, 0.0
	labels := columns(t, text.String())["click"]
	for i := range 2000 {
		for j := range 2000 {
			if labels[i] == "1" && labels[j] == "0" {
				pairs++
				if probabilities[i] > probabilities[j] {
					wins++
				}
			}
		}
	}
	require.InDelta(t, expectedAUC(probabilities[:2000]), wins/pairs, 0.03)
}

func TestTheSameOptionsGiveTheSameBytes(t *testing.T) {
	texts, days, _ := driftDays(t, Drift{Rows: 300, Seed: 7}, 5)
	again, daysAgain, _ := driftDays(t, Drift{Rows: 300, Seed: 7}, 7)
	require.Equal(t, texts, again[:5])
	require.Equal(t, days, daysAgain[:5])
	other, _, _ := driftDays(t, Drift{Rows: 300, Seed: 8}, 1)
	require.NotEqual(t, texts[0], other[0])
}

// The folder can be read with its schema, in which every kind of field occurs.
func TestAFolderOfDays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	told := 0
	require.NoError(t, Drift{Rows: 400}.WriteFolder(t.Context(), dir, 3, func(DriftDay) error { told++; return nil }))
	require.Equal(t, 3, told)
	paths, err := filepath.Glob(filepath.Join(dir, "2026-*.csv"))
	require.NoError(t, err)
	require.Len(t, paths, 3)
	require.Equal(t, "2026-01-03.csv", filepath.Base(paths[2]))
	lines, err := os.ReadFile(filepath.Join(dir, "best_auc.jsonl"))
	require.NoError(t, err)
	require.Equal(t, 3, bytes.Count(lines, []byte("\n")))
	require.Contains(t, string(lines), `{"day":"2026-01-01","rows":400,"clicks":`)

	s, err := schema.Load(filepath.Join(dir, "schema.yaml"))
	require.NoError(t, err)
	set, err := encode.Open(t.Context(), s, rawlog.Files{Train: paths[:2], Test: paths[2:]}, encode.Options{})
	require.NoError(t, err)
	require.Equal(t, 800, set.Train.Len())
	for _, f := range set.Train.Fields() {
		if f.Name == "hour" {
			require.Equal(t, 25, f.Rows)
		}
	}
	for i, v := range set.Encoding.Vocabularies {
		if v != nil {
			require.Zero(t, v.Count(0), "row 0 of %s is never trained", s.Fields[i].Name)
		}
	}
	require.ErrorIs(t, Drift{}.WriteFolder(t.Context(), dir, 1, nil), fs.ErrExist)
}

func TestDriftRefuses(t *testing.T) {
	for text, o := range map[string]Drift{
		"rows must be from 100":             {Rows: 99},
		"users must be from 2":              {Users: 1},
		"items must be from 2":              {Items: -4},
		"births must be from 0 to 10":       {Births: 11},
		"deaths must be from 0 to 1, got 2": {Deaths: 2},
		"returns must be from 0 to 1":       {Returns: -0.5},
		"popularity must be from 0 to 1":    {Popularity: 1.5},
	} {
		_, err := NewDriftLog(o)
		require.ErrorContains(t, err, text)
	}
	dir := t.TempDir()
	require.ErrorContains(t, Drift{}.WriteFolder(t.Context(), filepath.Join(dir, "x"), 0, nil), "days must be from 1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, Drift{Rows: 100}.WriteFolder(ctx, filepath.Join(dir, "x"), 1, nil), context.Canceled)
	stop := errors.New("stop")
	require.ErrorIs(t, Drift{Rows: 100}.WriteFolder(t.Context(), filepath.Join(dir, "x"), 2, func(DriftDay) error { return stop }), stop)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left, "nothing is left of a folder that was not completed")
}

func TestDriftHasAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	defer full.Close()
	l, err := NewDriftLog(Drift{Rows: 100})
	require.NoError(t, err)
	_, err = l.WriteDay(t.Context(), io.Writer(full))
	require.ErrorContains(t, err, "day 2026-01-01: ")
	require.ErrorContains(t, err, "no space left")
}

func TestPricesAreOfItems(t *testing.T) {
	texts, _, _ := driftDays(t, Drift{Rows: 2000}, 1)
	c := columns(t, texts[0])
	byItem := map[string][]float64{}
	for i, text := range c["price"] {
		price, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		require.Positive(t, price)
		byItem[c["item"][i]] = append(byItem[c["item"][i]], price)
	}
	for item, prices := range byItem {
		require.Less(t, max(prices[0], prices[len(prices)-1]), 3.5*min(prices[0], prices[len(prices)-1]), item)
	}
}
