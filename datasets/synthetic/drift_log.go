package synthetic

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/internal/hash"
)

// DriftLog is the log of a Drift, which gives day after day.
type DriftLog struct {
	options      Drift
	truth        *truth
	users, items *population
	clicked      [][]clickedItem // by place of a user: the items clicked last, the latest at the end
	day          int             // the next one
	values       []int32         // of a row: places of users and items, values of the other fields
}

// clickedItem is an item in the list of a user, where it stays after its death.
type clickedItem struct {
	id      int32
	factors [interactionFactors]float64
}

// The fields of a DriftLog, with their places in the truth.
const (
	userField = iota
	itemField
	categoryField
	siteField
	deviceField
	positionField
	hourField
	driftFields
)

const (
	driftBias     = -1.6 // logit without effects: about 20 % clicks
	driftHistory  = 5    // items of a list
	historyEffect = 2.0  // of the mean product of the factors of an item and of those in the list
	priceEffect   = -0.3 // of the logarithm of a price, in deviations
)

// driftTruth draws the effects of the fields that stay. Users and items settle later.
func driftTruth(seed uint64) *truth {
	return drawTruth([]drawnField{
		userField:     {name: "user", skew: 2, effect: 0.5},
		itemField:     {name: "item", skew: 3, effect: 0.5, pairs: 0.35},
		categoryField: {name: "category", values: 40, skew: 2, effect: 0.3, pairs: 0.35, of: "item"},
		siteField:     {name: "site", values: 200, skew: 2.5, effect: 0.3, pairs: 0.35},
		deviceField:   {name: "device", values: 6, skew: 1.5, effect: 0.3, pairs: 0.2},
		positionField: {name: "position", values: 6, skew: 1.5, effect: 0.4},
		hourField:     {name: "hour", values: 24, skew: 1, effect: 0.2, pairs: 0.2},
	}, driftBias, rand.New(rand.NewPCG(seed, 0xd41f7)))
}

// NewDriftLog begins a log. An option out of range is an error.
func NewDriftLog(o Drift) (*DriftLog, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("datasets: drift: %w", err)
	}
	rates := driftRates{o.Births, o.Deaths, o.Returns, o.Popularity, o.Effects}
	t := driftTruth(o.Seed)
	return &DriftLog{
		options: o, truth: t, values: make([]int32, driftFields),
		users: newPopulation(t, userField, o.Users, rates, o.Seed),
		items: newPopulation(t, itemField, o.Items, rates, o.Seed),
	}, nil
}

// WriteDay writes the next day as CSV with a header line. After an error the log cannot go on.
func (l *DriftLog) WriteDay(ctx context.Context, w io.Writer) (DriftDay, error) {
	day := DriftDay{Day: l.midnight().Format(time.DateOnly), Rows: l.options.Rows}
	for _, p := range []*population{l.users, l.items} {
		day.add(p.pass(l.day, l.truth))
	}
	l.forget()
	probabilities, err := l.writeRows(ctx, w, &day)
	if err != nil {
		return DriftDay{}, fmt.Errorf("datasets: drift: day %s: %w", day.Day, err)
	}
	day.BestAUC = expectedAUC(probabilities)
	day.Seen = l.users.seenIDs() + l.items.seenIDs()
	l.day++
	return day, nil
}

// midnight is when the next day begins.
func (l *DriftLog) midnight() time.Time { return time.Date(2026, 1, 1+l.day, 0, 0, 0, 0, time.UTC) }

// forget clears the lists of users who are not those of yesterday.
func (l *DriftLog) forget() {
	for _, at := range l.users.settled {
		put(&l.clicked, at, nil)
	}
}

// writeRows draws and writes the rows of a day. It returns their true probabilities.
func (l *DriftLog) writeRows(ctx context.Context, w io.Writer, day *DriftDay) (probabilities []float64, err error) {
	rng := rand.New(rand.NewPCG(l.options.Seed, hash.Mix(uint64(l.day))))
	b := []byte("click,time,user,item,category,history,price,site,device,position\n")
	for row := range l.options.Rows {
		at := l.midnight().Add(time.Duration(float64(row) / float64(l.options.Rows) * float64(24*time.Hour)))
		var probability float64
		b, probability = l.appendRow(b, at, rng, day)
		probabilities = append(probabilities, probability)
		if (row+1)%rowsPerCheck != 0 && row+1 != l.options.Rows {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, err := w.Write(b); err != nil {
			return nil, err
		}
		b = b[:0]
		if l.options.Progress != nil {
			l.options.Progress(row+1, float64(row+1)/float64(l.options.Rows))
		}
	}
	return probabilities, nil
}

// appendRow draws a row and writes it. It returns the true probability of a click.
func (l *DriftLog) appendRow(b []byte, at time.Time, rng *rand.Rand, day *DriftDay) ([]byte, float64) {
	user, item := l.users.draw(rng), l.items.draw(rng)
	l.drawValues(user, item, at, rng)
	price := l.items.traits[item] + 0.2*rng.NormFloat64() // as a logarithm, in deviations
	probability := sigmoid(l.truth.logit(l.values) + priceEffect*price + historyEffect*l.taste(user, item))
	click := rng.Float64() < probability

	b = append(b, '0', ',')
	if click {
		b[len(b)-2] = '1'
		day.Clicks++
	}
	b = at.AppendFormat(b, time.DateTime)
	for _, id := range []int32{l.users.ids[user], l.items.ids[item], l.values[categoryField]} {
		b = decimalText(append(b, ','), id)
	}
	b = l.appendHistory(append(b, ','), user)
	b = strconv.AppendFloat(append(b, ','), 20*math.Exp(0.8*price), 'f', 2, 64)
	for _, f := range []int{siteField, deviceField, positionField} {
		b = decimalText(append(b, ','), l.values[f])
	}
	if click {
		l.click(user, item)
	}
	return append(b, '\n'), probability
}

// drawValues draws the other values of a row.
func (l *DriftLog) drawValues(user, item int, at time.Time, rng *rand.Rand) {
	l.values[userField], l.values[itemField] = int32(user), int32(item)
	category := decided(l.items.ids[item], categoryField)
	l.values[categoryField] = int32(l.truth.fields[categoryField].valueAt(category))
	for _, f := range []int{siteField, deviceField, positionField} {
		l.values[f] = int32(l.truth.value(f, rng, l.values))
	}
	l.values[hourField] = int32(at.Hour())
}

// taste is the mean product of the factors of an item and of those in the user's list.
func (l *DriftLog) taste(user, item int) (sum float64) {
	list := l.clicked[user]
	for _, c := range list {
		for j, x := range l.truth.factors[itemField][item] {
			sum += x * c.factors[j]
		}
	}
	return sum / float64(max(1, len(list)))
}

// appendHistory writes the user's list.
func (l *DriftLog) appendHistory(b []byte, user int) []byte {
	for i, c := range l.clicked[user] {
		if i > 0 {
			b = append(b, '|')
		}
		b = decimalText(b, c.id)
	}
	return b
}

// click adds an item to the user's list.
func (l *DriftLog) click(user, item int) {
	list := append(l.clicked[user], clickedItem{l.items.ids[item], l.truth.factors[itemField][item]})
	l.clicked[user] = list[max(0, len(list)-driftHistory):]
}
