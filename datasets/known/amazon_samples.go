package known

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// amazonSampler makes samples of reviews: for each review but a user's first one a positive, and
// with it a negative, an item that the user never reviewed.
type amazonSampler struct {
	*amazonLog
	names     []string         // of items by id
	kinds     []amazonItem     // what they are
	histories [][]amazonReview // by user, in the order of time
	negatives [][]int32        // for each of these; nil for a user who has reviewed all items
}

func newAmazonSampler(a *amazonLog, c encode.Choices) *amazonSampler {
	s := &amazonSampler{amazonLog: a, histories: a.histories()}
	for id := range int32(a.items.Len()) {
		name := a.items.Value(id)
		facts := a.facts[name]
		facts.category = strings.ReplaceAll(facts.category, rawlog.DefaultSeparator, "/")
		s.names, s.kinds = append(s.names, name), append(s.kinds, facts)
	}
	random := rand.New(rand.NewPCG(c.Seed, 0xa3a2))
	draw := func() int32 { return int32(1 + random.IntN(len(s.names)-1)) }
	if c.Negatives == "popular" {
		draw = func() int32 { return a.reviews[random.IntN(len(a.reviews))].item }
	}
	for _, history := range s.histories {
		s.negatives = append(s.negatives, drawOthers(history, len(s.names)-1, draw))
	}
	return s
}

// histories returns the reviews of each user in the order of time; those of the same time stay in
// their order.
func (a *amazonLog) histories() [][]amazonReview {
	sorted := slices.Clone(a.reviews)
	slices.SortStableFunc(sorted, func(x, y amazonReview) int {
		if x.user != y.user {
			return int(x.user - y.user)
		}
		return int(min(1, max(-1, x.time-y.time)))
	})
	byUser := make([][]amazonReview, a.users.Len())
	for from, to := 0, 0; from < len(sorted); from = to {
		for to < len(sorted) && sorted[to].user == sorted[from].user {
			to++
		}
		byUser[sorted[from].user] = sorted[from:to]
	}
	return byUser
}

// drawOthers draws items that do not occur in a history, one for each review in it.
func drawOthers(history []amazonReview, items int, draw func() int32) []int32 {
	reviewed := map[int32]bool{}
	for _, r := range history {
		reviewed[r.item] = true
	}
	if len(reviewed) == items {
		return nil
	}
	list := make([]int32, len(history))
	for i := range list {
		for list[i] = draw(); reviewed[list[i]]; list[i] = draw() {
		}
	}
	return list
}

// offer is a sample: an item that was shown to a user who had made some reviews.
type offer struct {
	*amazonSampler
	label, item int32
	now         amazonReview   // the review that is the positive
	past        []amazonReview // at least one, the oldest first
}

// each yields the offers of some reviews of every user, which pick finds by their number.
func (s *amazonSampler) each(pick func(reviews int) (from, to int), yield func(*offer) bool) {
	for user, history := range s.histories {
		from, to := pick(len(history))
		for i := max(1, from); i < to && s.negatives[user] != nil; i++ {
			o := offer{s, 1, history[i].item, history[i], history[:i]}
			if !yield(&o) {
				return
			}
			o.label, o.item = 0, s.negatives[user][i]
			if !yield(&o) {
				return
			}
		}
	}
}

const amazonListLength = 100 // of DIN's data

// amazonColumns are the columns of an offer.
var amazonColumns = map[string]func(o *offer) string{
	"label":    func(o *offer) string { return strconv.Itoa(int(o.label)) },
	"user":     func(o *offer) string { return o.users.Value(o.now.user) },
	"item":     func(o *offer) string { return o.names[o.item] },
	"category": func(o *offer) string { return o.kinds[o.item].category },
	"brand":    func(o *offer) string { return o.kinds[o.item].brand },

	"last_item":     func(o *offer) string { return o.names[o.last(1)] },
	"last_category": func(o *offer) string { return o.kinds[o.last(1)].category },
	"last_brand":    func(o *offer) string { return o.kinds[o.last(1)].brand },
	"previous_item": func(o *offer) string { return o.names[o.last(2)] },

	"history_length": func(o *offer) string { return strconv.Itoa(len(o.past)) },
	"day_gap": func(o *offer) string {
		const day = 24 * 60 * 60
		return strconv.FormatInt((o.now.time-o.past[len(o.past)-1].time)/day, 10)
	},

	"item_history": func(o *offer) string {
		return o.list(func(item int32) string { return o.names[item] })
	},
	"category_history": func(o *offer) string {
		return o.list(func(item int32) string { return o.kinds[item].category })
	},
}

// last returns the item of the n-th review from the end; 0, which has no name, if there are fewer.
func (o *offer) last(n int) int32 {
	if len(o.past) < n {
		return 0
	}
	return o.past[len(o.past)-n].item
}

// list joins the texts of the last items.
func (o *offer) list(text func(item int32) string) string {
	past := o.past[max(0, len(o.past)-amazonListLength):]
	var b strings.Builder
	for i, r := range past {
		if i > 0 {
			b.WriteString(rawlog.DefaultSeparator)
		}
		b.WriteString(text(r.item))
	}
	return b.String()
}
