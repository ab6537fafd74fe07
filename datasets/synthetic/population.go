package synthetic

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"github.com/ctrzoo/ctrzoo/datasets/internal/hash"
)

// population is the ids of a field that live on a day. A living id has a place of its own, the index of all its
// slices; the place of a dead one goes to the next id that comes.
//
// How popular an id is follows from a number z, which is standard normal over the ids: its rank is about
// values*Phi(z), and the ranks have the tail of the field. From day to day z moves by a stationary walk.
type population struct {
	drawnField            // its values are the ids that are alive on average
	field      int        // of the truth
	rates      driftRates // of the days
	seed       uint64

	ids        []int32   // by place; vacant: nobody lives there
	z          []float64 // by place
	traits     []float64 // by place: a standard normal that the id has for life, as the price of an item
	cumulative []float64 // by place: the weights up to and with it
	vacant     []int     // places, the lowest last
	settled    []int     // places that have got another id on this day
	dead       []int32   // ids, which may return
	next       int32     // the next new id
	seen       []bool    // by id: whether a row has it
}

const vacant = -1

// driftRates are the rates of a Drift as they are, without defaults.
type driftRates struct{ births, deaths, returns, popularity, effects float64 }

// turnover counts what a day brings to a population.
type turnover struct{ Alive, Born, Died, Returned int }

func newPopulation(t *truth, field, values int, rates driftRates, seed uint64) *population {
	f := t.fields[field]
	f.values = values
	return &population{drawnField: f, field: field, rates: rates, seed: seed}
}

// pass goes on to the next day: some ids die, the others become more popular or less, and ids come, most of them
// new, some returned. On day 0 all ids are new.
func (p *population) pass(day int, t *truth) (n turnover) {
	rng := p.generator(day)
	p.settled = p.settled[:0]
	come := p.values
	if day > 0 {
		n.Died = p.age(rng)
		p.change(t, day)
		come = int(p.rates.births*float64(p.values) + rng.Float64())
	}
	for range come {
		if len(p.dead) > 0 && rng.Float64() < p.rates.returns {
			n.Returned++
			p.settle(t, p.risen(rng), rng)
			continue
		}
		n.Born++
		p.settle(t, p.newborn(), rng)
	}
	p.weigh()
	n.Alive = len(p.ids) - len(p.vacant)
	return n
}

// age lets some ids die, and changes the popularity of all. It returns how many died.
func (p *population) age(rng *rand.Rand) (died int) {
	move := p.rates.popularity
	keep := math.Sqrt(1 - move*move)
	p.vacant = p.vacant[:0]
	for at, id := range slices.Backward(p.ids) {
		p.z[at] = keep*p.z[at] + move*rng.NormFloat64()
		if id != vacant && rng.Float64() < p.rates.deaths {
			died++
			p.dead = append(p.dead, id)
			p.ids[at] = vacant
		}
		if p.ids[at] == vacant {
			p.vacant = append(p.vacant, at)
		}
	}
	return died
}

// change moves the effects of the living by a stationary walk. Its draws are its own: a log without it keeps its bytes.
func (p *population) change(t *truth, day int) {
	move := p.rates.effects
	if move == 0 {
		return
	}
	keep := math.Sqrt(1 - move*move)
	rng := rand.New(rand.NewPCG(p.seed, hash.Mix(uint64(p.field)<<32|uint64(day))+2))
	for at := range p.ids {
		main, factors := p.drawEffect(rng)
		t.main[p.field][at] = keep*t.main[p.field][at] + move*main
		if p.pairs == 0 {
			continue
		}
		for i, x := range factors {
			t.factors[p.field][at][i] = keep*t.factors[p.field][at][i] + move*x
		}
	}
}

// generator is that of a day. What a day brings does not depend on rows.
func (p *population) generator(day int) *rand.Rand {
	return rand.New(rand.NewPCG(p.seed, hash.Mix(uint64(p.field)<<32|uint64(day))))
}

// newborn returns an id that never was.
func (p *population) newborn() int32 {
	p.next++
	p.seen = append(p.seen, false)
	return p.next
}

// risen returns one of the dead ids.
func (p *population) risen(rng *rand.Rand) int32 {
	i, last := rng.IntN(len(p.dead)), len(p.dead)-1
	id := p.dead[i]
	p.dead[i], p.dead = p.dead[last], p.dead[:last]
	return id
}

// settle gives an id the lowest place that is vacant, or one more, and there the effects that it had if it
// lived before.
func (p *population) settle(t *truth, id int32, rng *rand.Rand) {
	at := len(p.ids)
	if n := len(p.vacant); n > 0 {
		at, p.vacant = p.vacant[n-1], p.vacant[:n-1]
	}
	own := rand.New(rand.NewPCG(p.seed, hash.Mix(uint64(p.field)<<32|uint64(id))+1))
	main, factors := p.drawEffect(own)
	put(&t.main[p.field], at, main)
	if p.pairs > 0 {
		put(&t.factors[p.field], at, factors)
	}
	put(&p.ids, at, id)
	put(&p.traits, at, own.NormFloat64())
	put(&p.z, at, rng.NormFloat64())
	p.settled = append(p.settled, at)
}

// put sets an element of a list, or appends it.
func put[T any](list *[]T, at int, value T) {
	if at == len(*list) {
		*list = append(*list, value)
		return
	}
	(*list)[at] = value
}

// weigh sums the weights of the living. A rank r, as a share of all, has the weight r^(1/skew-1), as the values
// of a drawnField have.
func (p *population) weigh() {
	p.cumulative = p.cumulative[:0]
	sum := 0.0
	for at, id := range p.ids {
		if id != vacant {
			rank := math.Erfc(-p.z[at]/math.Sqrt2) / 2
			sum += math.Pow(max(rank, 1/float64(p.values)), 1/p.skew-1)
		}
		p.cumulative = append(p.cumulative, sum)
	}
}

// draw returns the place of a living id, by popularity.
func (p *population) draw(rng *rand.Rand) int {
	u := rng.Float64() * p.cumulative[len(p.cumulative)-1]
	at := sort.Search(len(p.cumulative)-1, func(i int) bool { return p.cumulative[i] > u })
	p.seen[p.ids[at]-1] = true
	return at
}

// seenIDs counts the ids that rows have had so far.
func (p *population) seenIDs() (n int) {
	for _, seen := range p.seen {
		if seen {
			n++
		}
	}
	return n
}
