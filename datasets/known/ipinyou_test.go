package known

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testset"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

func openIPinYouFixture(t *testing.T, o encode.Choices, paths ...string) *datasets.Set {
	t.Helper()
	set, err := All().Open(t.Context(), "ipinyou", rawlog.Files{Train: paths}, encode.Options{Choices: o})
	require.NoError(t, err)
	return set
}

// The fixture has 20 impressions and 4 clicks, of which one is of another creative and one of an
// unknown bid, and 6 test rows, of which two have clicks. Line 3 of the first file is of Saturday,
// 19 October 2013.
func TestIPinYou(t *testing.T) {
	set := openIPinYouFixture(t, encode.Choices{}, "testdata/ipinyou")
	require.Equal(t, 20, set.Train.Len())
	require.Equal(t, 2, testset.Positives(t, set.Train))
	require.Equal(t, 6, set.Test.Len())
	require.Equal(t, 2, testset.Positives(t, set.Test))
	require.Nil(t, set.Valid)
	require.Len(t, set.Train.Fields(), 16)

	values := func(field int) (list []string) {
		v := set.Encoding.Vocabularies[field]
		for id := int32(1); int(id) < v.Len(); id++ {
			list = append(list, v.Value(id))
		}
		return list
	}
	require.Equal(t, []string{"6", "0"}, values(0))
	require.Equal(t, []string{"windows_chrome", "windows_ie", "android_other", "other_other"}, values(2))
	require.Equal(t, []string{"<=0", "<=10", "<=50", "<=100", ">100"}, values(15))
	var last *datasets.Batch
	for b, err := range set.Test.Batches(context.Background(), 10, nil) {
		require.NoError(t, err)
		last = b
	}
	require.Zero(t, last.IDs[5*16+3], "the IP of the last test row is not in the training part")
}

func TestIPinYouSplits(t *testing.T) {
	set := openIPinYouFixture(t, encode.Choices{Split: "chronological"}, "testdata/ipinyou")
	require.Equal(t, []int{16, 2, 2}, []int{set.Train.Len(), set.Valid.Len(), set.Test.Len()})
	set = openIPinYouFixture(t, encode.Choices{}, "testdata/ipinyou/training3rd")
	require.Equal(t, 16, set.Train.Len(), "without official test files it is chronological")
	const train = "testdata/ipinyou/training3rd/"
	given, err := All().Open(t.Context(), "ipinyou", rawlog.Files{
		Train: []string{train + "imp.20131019.txt", train + "clk.20131019.txt.bz2"},
		Valid: []string{train + "imp.20131020.txt.bz2", train + "clk.20131020.txt"},
		Test:  []string{"testdata/ipinyou/testing3rd"},
	}, encode.Options{Choices: encode.Choices{MinCount: 2}})
	require.NoError(t, err)
	require.Equal(t, []int{10, 10, 6}, []int{given.Train.Len(), given.Valid.Len(), given.Test.Len()})
	require.Equal(t, 1, testset.Positives(t, given.Valid))
}

func TestIPinYouThatCannotBeRead(t *testing.T) {
	const train = "testdata/ipinyou/training3rd/"
	line := strings.Repeat("x\t", 17) + "creative\t1\t1\tnull\t1\tnull"
	bad := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	clicks := train + "clk.20131020.txt"
	for _, c := range []struct {
		name  string
		split string
		paths []string
		is    error
		want  string
	}{
		{"nothing there", "", []string{t.TempDir()}, rawlog.ErrEmpty, "no impressions"},
		{"no clicks", "", []string{train + "imp.20131019.txt"}, nil, "no clicks (clk*)"},
		{"not of the contest", "", []string{bad("x.txt", line)}, nil, "must begin with imp"},
		{"no such file", "", []string{"imp.nowhere"}, fs.ErrNotExist, "imp.nowhere"},
		{"no test files", "official", []string{train}, nil, "no official test files"},
		{"unknown split", "daily", []string{train}, nil, `unknown split "daily"`},
		{"columns", "", []string{clicks, bad("imp.txt", line+"\n")}, rawlog.ErrColumns, "imp.txt, line 1: wrong number of columns: 23, want 24"},
		{"time", "", []string{clicks, bad("imp.txt", line+"\tnull\n")}, schema.ErrTime, `imp.txt, line 1, column "timestamp"`},
		{"clicks", "", []string{bad("clk.txt", "1\n"), train + "imp.20131019.txt"}, rawlog.ErrColumns, "clk.txt, line 1"},
		{"clicks cut off", "", []string{bad("clk.txt.bz2", "BZh91AY"), train + "imp.20131019.txt"}, nil, "clk.txt.bz2"},
		{"label", "", []string{bad("leaderboard.txt", line+"\tnull\tmany\t0\n")}, schema.ErrLabel, `leaderboard.txt, line 1, column "click": the label must be 0 or 1: "many"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := All().Open(t.Context(), "ipinyou", rawlog.Files{Train: c.paths}, encode.Options{Choices: encode.Choices{Split: c.split}})
			require.ErrorContains(t, err, c.want)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
		})
	}
}

// The numbers are those of the README of the samples.
func TestIPinYouSample(t *testing.T) {
	files := rawlog.Files{Train: []string{testlog.Sample(t, "ipinyou/imp.20131021.txt.gz"), testlog.Sample(t, "ipinyou/clk.20131021.txt.gz")}}
	set, err := All().Open(t.Context(), "ipinyou", files, encode.Options{Choices: encode.Choices{Split: "chronological"}})
	require.NoError(t, err)
	require.Equal(t, 10_000, set.Train.Len()+set.Valid.Len()+set.Test.Len())
	require.Equal(t, 3, testset.Positives(t, set.Train)+testset.Positives(t, set.Valid)+testset.Positives(t, set.Test))

	l, err := rawlog.Open(IPinYou().Format, files.Train[1:])
	require.NoError(t, err)
	clicks := 0
	for _, err := range l(context.Background(), bidColumns, nil) {
		require.NoError(t, err)
		clicks++
	}
	require.Equal(t, 442, clicks)
}

func TestIPinYouLibsvmSample(t *testing.T) {
	set, err := All().Open(context.Background(), "ipinyou-libsvm", rawlog.Files{
		Train: []string{testlog.Sample(t, "ipinyou/train.fm.txt.gz")}, Test: []string{testlog.Sample(t, "ipinyou/test.fm.txt.gz")},
	}, encode.Options{})
	require.NoError(t, err)
	require.Equal(t, 26_773, set.Train.Len())
	require.Equal(t, 21_150, set.Test.Len())
	require.InDelta(t, 0.0095, float64(testset.Positives(t, set.Train))/26_773, 5e-5)
	require.Equal(t, 50, testset.Positives(t, set.Test))
	const ip = 3
	unseen := 0
	for b, err := range set.Test.Batches(context.Background(), 1000, nil) {
		require.NoError(t, err)
		for row := range b.Rows {
			if b.IDs[row*16+ip] == 0 {
				unseen++
			}
		}
	}
	require.InDelta(t, 0.78, float64(unseen)/21_150, 0.005)
}
