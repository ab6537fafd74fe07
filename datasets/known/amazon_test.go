package known

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/internal/testlog"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/stretchr/testify/require"
)

// Two users and five items: u has reviewed a, b, c (in the order of time, not of the file) and v
// has reviewed b, d. Nobody but w, who has one review, has reviewed e.
var amazonLayouts = map[string]struct{ reviews, meta string }{
	"2014": {
		`{"reviewerID": "u", "asin": "c", "overall": 5.0, "unixReviewTime": 1331424000}
{"reviewerID": "u", "asin": "a", "overall": 4.0, "unixReviewTime": 1331251200}
{"reviewerID": "u", "asin": "b", "overall": 5.0, "unixReviewTime": 1331251200}
{"reviewerID": "v", "asin": "b", "unixReviewTime": 1331251200}
{"reviewerID": "v", "asin": "d", "unixReviewTime": 1331337600}
{"reviewerID": "w", "asin": "e", "unixReviewTime": 1331337600}
`,
		`{'asin': 'a', 'brand': "A's", 'categories': [['Beauty', 'Nails'], ['Beauty', 'Hair|Care']]}
{'asin': 'b', 'title': u'\u00e9t\xe9', 'price': 9.5, 'categories': [['Beauty', 'Skin']]}
{'asin': 'c', 'categories': []}
`,
	},
	"2018": {
		`{"reviewerID": "u", "asin": "c", "vote": "2", "unixReviewTime": 1331424000}
{"reviewerID": "u", "asin": "a", "verified": true, "unixReviewTime": 1331251200}
{"reviewerID": "u", "asin": "b", "unixReviewTime": 1331251200}
{"reviewerID": "v", "asin": "b", "unixReviewTime": 1331251200}
{"reviewerID": "v", "asin": "d", "unixReviewTime": 1331337600}
{"reviewerID": "w", "asin": "e", "unixReviewTime": 1331337600}
`,
		`{"asin": "a", "brand": "A's", "category": ["Beauty", "Hair|Care"]}
{"asin": "b", "title": "\u00e9t\u00e9", "category": ["Beauty", "Skin"]}
{"asin": "c", "category": []}
`,
	},
	"2023": {
		`{"user_id": "u", "asin": "c1", "parent_asin": "c", "timestamp": 1331424000123}
{"user_id": "u", "asin": "a1", "parent_asin": "a", "timestamp": 1331251200123}
{"user_id": "u", "asin": "b", "parent_asin": "b", "timestamp": 1331251200200}
{"user_id": "v", "asin": "b", "parent_asin": "b", "timestamp": 1331251200000}
{"user_id": "v", "asin": "d", "parent_asin": "d", "timestamp": 1331337600000}
{"user_id": "w", "asin": "e", "parent_asin": "e", "timestamp": 1331337600000}
`,
		`{"parent_asin": "a", "store": "A's", "main_category": "All Beauty", "categories": ["Beauty", "Hair|Care"]}
{"parent_asin": "b", "main_category": "All Beauty", "categories": ["Beauty", "Skin"]}
{"parent_asin": "c", "main_category": "", "categories": []}
`,
	},
}

// amazonRows are the samples of a part, a line each.
func amazonRows(t *testing.T, l rawlog.Log, names []string) (rows []string) {
	t.Helper()
	var columns []rawlog.Column
	for _, name := range names {
		columns = append(columns, rawlog.Column{Name: name})
	}
	for r, err := range l(t.Context(), columns, nil) {
		require.NoError(t, err)
		rows = append(rows, strings.Join(r.Values, " "))
	}
	return rows
}

func TestAmazonSamplesAreThoseOfDIN(t *testing.T) {
	columns := strings.Fields("label user category brand last_item last_category previous_item history_length day_gap item_history category_history")
	for name, layout := range amazonLayouts {
		t.Run(name, func(t *testing.T) {
			paths := []string{testlog.Write(t, "reviews.json.gz", layout.reviews), testlog.Write(t, "meta.json", layout.meta)}
			l, err := openAmazon(t.Context(), paths, encode.Choices{Seed: 1})
			require.NoError(t, err)
			train, test := amazonRows(t, l.Train, columns), amazonRows(t, l.Test, columns)
			require.Len(t, train, 2)
			require.Equal(t, "1 u Skin  a Hair/Care  1 0 a Hair/Care", train[0])
			require.Len(t, test, 4)
			require.Equal(t, "1 u   b Skin a 2 2 a|b Hair/Care|Skin", test[0])
			require.Equal(t, "1 v   b Skin  1 1 b Skin", test[2])
		})
	}
}

func TestAmazonNegativesAreNotOfTheUser(t *testing.T) {
	layout := amazonLayouts["2014"]
	for _, kind := range []string{"uniform", "popular"} {
		drawn := map[string]int{}
		for seed := range uint64(200) {
			l, err := openAmazon(t.Context(), []string{testlog.Write(t, "reviews.json", layout.reviews)}, encode.Choices{Seed: seed, Negatives: kind})
			require.NoError(t, err)
			for _, part := range []rawlog.Log{l.Train, l.Test} {
				for _, row := range amazonRows(t, part, []string{"label", "user", "item"}) {
					if row[0] == '0' {
						drawn[row[2:]]++
					}
				}
			}
		}
		for pair := range drawn {
			require.Contains(t, []string{"u d", "u e", "v a", "v c", "v e"}, pair)
		}
		require.Len(t, drawn, 5)
		// d and e have one review each; of all that v has not reviewed, every item has one.
		require.InDelta(t, 200, drawn["u d"], 45, kind)
		require.InDelta(t, 67, drawn["v e"], 30, kind)
	}
}

func TestPopularNegativesFollowTheReviews(t *testing.T) {
	var reviews strings.Builder
	for i := range 30 {
		fmt.Fprintf(&reviews, `{"reviewerID": "u%d", "asin": "star", "unixReviewTime": 0}`+"\n", i)
	}
	reviews.WriteString(`{"reviewerID": "v", "asin": "a", "unixReviewTime": 0}
{"reviewerID": "v", "asin": "b", "unixReviewTime": 1}
{"reviewerID": "x", "asin": "c", "unixReviewTime": 1}
`)
	path := testlog.Write(t, "reviews.json", reviews.String())
	stars := map[string]int{}
	for _, kind := range []string{"uniform", "popular"} {
		for seed := range uint64(300) {
			l, err := openAmazon(t.Context(), []string{path}, encode.Choices{Seed: seed, Negatives: kind})
			require.NoError(t, err)
			if rows := amazonRows(t, l.Test, []string{"label", "item"}); rows[1] == "0 star" {
				stars[kind]++
			}
		}
	}
	require.InDelta(t, 150, stars["uniform"], 35) // of star and c
	require.InDelta(t, 300*30.0/31, stars["popular"], 12)
}

func TestAmazonSplitLastTwo(t *testing.T) {
	l, err := openAmazon(t.Context(), []string{testlog.Write(t, "reviews.json", amazonLayouts["2014"].reviews)}, encode.Choices{Split: "last-two"})
	require.NoError(t, err)
	columns := []string{"label", "user", "history_length"}
	require.Empty(t, amazonRows(t, l.Train, columns))
	require.Equal(t, []string{"1 u 1", "0 u 1"}, amazonRows(t, l.Valid, columns))
	require.Equal(t, []string{"1 u 2", "0 u 2", "1 v 1", "0 v 1"}, amazonRows(t, l.Test, columns))
}

func TestAmazonBadInput(t *testing.T) {
	good := amazonLayouts["2014"].reviews
	for want, text := range map[string]string{
		"line 7: a review without unixReviewTime": good + `{"reviewerID": "u", "asin": "a"}`,
		"line 7: a review without a user":         good + `{"reviewerID": "u", "unixReviewTime": 1}`,
		"line 7: json: cannot unmarshal":          good + `{"reviewerID": "u", "asin": "a", "unixReviewTime": "soon"}`,
		"line 1: want a review, or an item":       `["a"]`,
		"line 1: not a Python literal: byte 2":    `{asin: 1}`,
		"line 1: not valid UTF-8":                 "{'asin': '\xff'}",
		"no reviews":                              `{'asin': 'a'}`,
	} {
		_, err := All().Open(t.Context(), "amazon", rawlog.Files{Train: []string{testlog.Write(t, "reviews.json", text)}}, encode.Options{})
		require.ErrorContains(t, err, want)
	}
	_, err := All().Open(t.Context(), "amazon", rawlog.Files{Train: []string{"x"}}, encode.Options{Choices: encode.Choices{Split: "half"}})
	require.ErrorContains(t, err, `unknown split "half"; known: last, last-two`)
	_, err = All().Open(t.Context(), "amazon", rawlog.Files{Train: []string{"x"}}, encode.Options{Choices: encode.Choices{Negatives: "hard"}})
	require.ErrorContains(t, err, `unknown negatives "hard"; known: uniform, popular`)
}

func TestAmazonSkipsBadLines(t *testing.T) {
	path := testlog.Write(t, "reviews.json", "{]\n"+amazonLayouts["2014"].reviews)
	var skipped []string
	set, err := All().Open(t.Context(), "amazon", rawlog.Files{Train: []string{path}}, encode.Options{
		SkipBadLines: 1, OnSkip: func(err error) { skipped = append(skipped, err.Error()) },
	})
	require.NoError(t, err)
	require.Equal(t, 4, set.Test.Len())
	require.Len(t, skipped, 1)
	require.Contains(t, skipped[0], "line 1")
}

func TestAmazonBeauty(t *testing.T) {
	set, err := All().Open(t.Context(), "amazon", rawlog.Files{Train: []string{
		testlog.Sample(t, "amazon/reviews_Beauty_5.json.gz"), testlog.Sample(t, "amazon/meta_Beauty.json.gz"),
	}}, encode.Options{})
	require.NoError(t, err)
	require.Equal(t, 307_552, set.Train.Len())
	require.Equal(t, 44_726, set.Test.Len())
	require.Equal(t, 22_363+1, set.Train.Fields()[0].Rows, "users")
	require.Equal(t, 12_101+1, set.Train.Fields()[1].Rows, "items")
}
