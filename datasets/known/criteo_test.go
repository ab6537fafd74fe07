package known

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/stretchr/testify/require"
)

// criteoLines are invented rows of the layout of train.txt, the last three of which have clicks.
func criteoLines(rows int) string {
	var text strings.Builder
	for i := range rows {
		cells := []string{fmt.Sprint((i + 3) / rows)}
		for n := range 13 {
			cells = append(cells, fmt.Sprint(i*n-1))
		}
		for c := range 26 {
			cells = append(cells, fmt.Sprintf("%08x", i%(c+2)))
		}
		cells[2], cells[20] = "", ""
		text.WriteString(strings.Join(cells, "\t") + "\n")
	}
	return text.String()
}

func openCriteo(t *testing.T, path, split string) *datasets.Set {
	t.Helper()
	set, err := All().Open(t.Context(), "criteo", rawlog.Files{Train: []string{path}}, encode.Options{Choices: encode.Choices{Split: split, Seed: 1}})
	require.NoError(t, err)
	return set
}

func TestCriteo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "train.txt")
	require.NoError(t, os.WriteFile(path, []byte(criteoLines(300)), 0o600))
	set := openCriteo(t, path, "chronological")
	require.Equal(t, []int{240, 30, 30}, []int{set.Train.Len(), set.Valid.Len(), set.Test.Len()})
	require.Equal(t, []int{0, 0, 3}, []int{testset.Positives(t, set.Train), testset.Positives(t, set.Valid), testset.Positives(t, set.Test)})
	require.Len(t, set.Train.Fields(), 39)
	v := set.Encoding.Vocabularies
	require.Equal(t, "=-1", v[0].Value(1))
	require.Equal(t, []string{"", "=-1", "=1", "1", "2", "3"}, values(v[2], 6)) // -1 1 3 5 7 ...
	require.EqualValues(t, 1, v[1].ID(""), "an empty count is a value of its own")
	require.EqualValues(t, 1, v[19].ID(""), "so is an empty category")

	random := openCriteo(t, path, "")
	require.Equal(t, 300, random.Train.Len()+random.Valid.Len()+random.Test.Len())
	_, err := All().Open(t.Context(), "criteo", rawlog.Files{Train: []string{path}}, encode.Options{Choices: encode.Choices{Split: "day"}})
	require.ErrorContains(t, err, `unknown split "day"; known: random, chronological`)
}

// values are those of the first ids.
func values(v *datasets.Vocabulary, ids int32) (list []string) {
	for id := range ids {
		list = append(list, v.Value(id))
	}
	return list
}

// The counts of the sample, as Python's int(math.log(x)**2) has them.
func TestCriteoSample(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "criteo", "train_10000.txt.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the shared sample is absent")
	}
	set := openCriteo(t, path, "chronological")
	require.Equal(t, []int{8000, 1000, 1000}, []int{set.Train.Len(), set.Valid.Len(), set.Test.Len()})
	first := set.Encoding.Vocabularies
	require.Equal(t, []string{"=1", "=1", "2", "=0", "52", "1", "7", "=2", "27", "=1", "=2", "", "=2"}, firstValues(first[:13]))
	require.True(t, slices.Contains(values(first[4], int32(first[4].Len())), "204"), "counts of I5 reach a million")
}

// firstValues are those of the first row.
func firstValues(list []*datasets.Vocabulary) (cells []string) {
	for _, v := range list {
		cells = append(cells, v.Value(1))
	}
	return cells
}
