package datasets

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sample is the path of a sample of real data; without them the test is skipped.
func sample(t *testing.T, name string) string {
	t.Helper()
	folder := os.Getenv("CTRZOO_SAMPLES")
	if folder == "" {
		t.Skip("reads " + name + " in the folder of samples of the public data sets that CTRZOO_SAMPLES names")
	}
	return filepath.Join(folder, filepath.FromSlash(name))
}

func positives(t *testing.T, s Source) (n int) {
	t.Helper()
	for b, err := range s.Batches(context.Background(), 1000, nil) {
		require.NoError(t, err)
		for _, y := range b.Labels {
			n += int(y)
		}
	}
	return n
}

func openIPinYouFixture(t *testing.T, o LoadOptions, paths ...string) *Set {
	t.Helper()
	set, err := Input{Data: "ipinyou", Files: Files{Train: paths}, Options: o}.Read(context.Background())
	require.NoError(t, err)
	return set
}

// The fixture has 20 impressions and 4 clicks, of which one is of another creative and one of an
// unknown bid, and 6 test rows, of which two have clicks. Line 3 of the first file is of Saturday,
// 19 October 2013.
func TestIPinYou(t *testing.T) {
	set := openIPinYouFixture(t, LoadOptions{}, "testdata/ipinyou")
	require.Equal(t, 20, set.Train.Len())
	require.Equal(t, 2, positives(t, set.Train))
	require.Equal(t, 6, set.Test.Len())
	require.Equal(t, 2, positives(t, set.Test))
	require.Nil(t, set.Valid)
	require.Len(t, set.Train.Fields(), 16)

	values := func(field int) (list []string) {
		v := set.Vocabularies[field]
		for id := int32(1); int(id) < v.Len(); id++ {
			list = append(list, v.Value(id))
		}
		return list
	}
	require.Equal(t, []string{"6", "0"}, values(0))
	require.Equal(t, []string{"windows_chrome", "windows_ie", "android_other", "other_other"}, values(2))
	require.Equal(t, []string{"<=0", "<=10", "<=50", "<=100", ">100"}, values(15))
	var last *Batch
	for b, err := range set.Test.Batches(context.Background(), 10, nil) {
		require.NoError(t, err)
		last = b
	}
	require.Zero(t, last.IDs[5*16+3], "the IP of the last test row is not in the training part")
}

func TestIPinYouSplits(t *testing.T) {
	set := openIPinYouFixture(t, LoadOptions{Split: "chronological"}, "testdata/ipinyou")
	require.Equal(t, []int{16, 2, 2}, []int{set.Train.Len(), set.Valid.Len(), set.Test.Len()})
	set = openIPinYouFixture(t, LoadOptions{}, "testdata/ipinyou/training3rd")
	require.Equal(t, 16, set.Train.Len(), "without official test files it is chronological")
	const train = "testdata/ipinyou/training3rd/"
	given, err := Input{Data: "ipinyou", Files: Files{
		Train: []string{train + "imp.20131019.txt", train + "clk.20131019.txt.bz2"},
		Valid: []string{train + "imp.20131020.txt.bz2", train + "clk.20131020.txt"},
		Test:  []string{"testdata/ipinyou/testing3rd"},
	}, Options: LoadOptions{MinCount: 2}}.Read(context.Background())
	require.NoError(t, err)
	require.Equal(t, []int{10, 10, 6}, []int{given.Train.Len(), given.Valid.Len(), given.Test.Len()})
	require.Equal(t, 1, positives(t, given.Valid))
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
		{"nothing there", "", []string{t.TempDir()}, ErrEmpty, "no impressions"},
		{"no clicks", "", []string{train + "imp.20131019.txt"}, nil, "no clicks (clk*)"},
		{"not of the contest", "", []string{bad("x.txt", line)}, nil, "must begin with imp"},
		{"no such file", "", []string{"imp.nowhere"}, fs.ErrNotExist, "imp.nowhere"},
		{"no test files", "official", []string{train}, nil, "no official test files"},
		{"unknown split", "daily", []string{train}, nil, `unknown split "daily"`},
		{"columns", "", []string{clicks, bad("imp.txt", line+"\n")}, ErrColumns, "imp.txt, line 1: wrong number of columns: 23, want 24"},
		{"time", "", []string{clicks, bad("imp.txt", line+"\tnull\n")}, ErrTime, `imp.txt, line 1, column "timestamp"`},
		{"clicks", "", []string{bad("clk.txt", "1\n"), train + "imp.20131019.txt"}, ErrColumns, "clk.txt, line 1"},
		{"clicks cut off", "", []string{bad("clk.txt.bz2", "BZh91AY"), train + "imp.20131019.txt"}, nil, "clk.txt.bz2"},
		{"label", "", []string{bad("leaderboard.txt", line+"\tnull\tmany\t0\n")}, ErrLabel, `leaderboard.txt, line 1, column "click": the label must be 0 or 1: "many"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Input{Data: "ipinyou", Files: Files{Train: c.paths}, Options: LoadOptions{Split: c.split}}.Read(context.Background())
			require.ErrorContains(t, err, c.want)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
		})
	}
}

// The numbers are those of the README of the samples.
func TestIPinYouSample(t *testing.T) {
	in := Input{Data: "ipinyou", Files: Files{
		Train: []string{sample(t, "ipinyou/imp.20131021.txt.gz"), sample(t, "ipinyou/clk.20131021.txt.gz")},
	}, Options: LoadOptions{Split: "chronological"}}
	set, err := in.Read(context.Background())
	require.NoError(t, err)
	require.Equal(t, 10_000, set.Train.Len()+set.Valid.Len()+set.Test.Len())
	require.Equal(t, 3, positives(t, set.Train)+positives(t, set.Valid)+positives(t, set.Test))

	l, err := openLog(IPinYou(), in.Files.Train[1])
	require.NoError(t, err)
	clicks := 0
	for _, err := range l(context.Background(), bidColumns) {
		require.NoError(t, err)
		clicks++
	}
	require.Equal(t, 442, clicks)
}

func TestIPinYouLibsvmSample(t *testing.T) {
	set, err := Open(context.Background(), "ipinyou-libsvm", Files{
		Train: []string{sample(t, "ipinyou/train.fm.txt.gz")}, Test: []string{sample(t, "ipinyou/test.fm.txt.gz")},
	}, 0, nil)
	require.NoError(t, err)
	require.Equal(t, 26_773, set.Train.Len())
	require.Equal(t, 21_150, set.Test.Len())
	require.InDelta(t, 0.0095, float64(positives(t, set.Train))/26_773, 5e-5)
	require.Equal(t, 50, positives(t, set.Test))
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

func TestOSBrowser(t *testing.T) {
	for userAgent, want := range map[string]string{
		"": "other_other",
		"Mozilla/5.0 (Windows NT 6.1) Chrome/21 Safari/537":  "windows_chrome",
		"Mozilla/5.0 (iPhone; CPU like Mac OS X) Safari/533": "mac_safari",
		"Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)": "windows_ie",
	} {
		require.Equal(t, want, osBrowser(userAgent), userAgent)
	}
}
