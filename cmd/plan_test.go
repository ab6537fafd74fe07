package cmd

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/ctrzoo/ctrzoo/"

// A room is a package of the module.
type room struct {
	path    string
	imports string // the packages of the module that it may import
	files   int    // that it may have, without doc.go and tests; 0 means 15
}

// plan lists the packages of the module, each below those that it may import. So imports go one way:
// graph <- solvers <- zoo <- cmd, datasets <- zoo.
func plan() []room {
	return []room{
		{path: "internal/fuzzing"},
		{path: "internal/safeyaml"},

		{path: "graph/kernel/gen"},
		{path: "graph/kernel", files: 27}, // one file for each kernel and instruction set
		{path: "graph/offheap"},
		{path: "graph", imports: "graph/kernel graph/offheap", files: 54}, // one file for each block
		{path: "graph/graphtest", imports: "graph"},

		{path: "solvers", imports: "graph graph/kernel graph/offheap", files: 32}, // one file for each solver
		{path: "solvers/schedule"},
		{path: "solvers/ranks", imports: "graph/kernel graph/offheap"},
		{path: "solvers/ranks/mpi", imports: "solvers/ranks"},
		{path: "solvers/internal/fake", imports: "graph solvers/ranks"},
		{path: "solvers/parallel", imports: "graph graph/kernel graph/offheap solvers solvers/ranks"},

		{path: "datasets/internal/hash"},
		{path: "datasets/safefile"},
		{path: "datasets/internal/pass"},
		{path: "datasets/internal/testlog"},
		{path: "datasets/internal/cores"},
		{path: "datasets/rawlog", files: 18, imports: "datasets/safefile"}, // one file for each format, and those of Parquet
		{path: "datasets/internal/table", imports: "datasets/rawlog"},
		{path: "datasets/kafka"},
		{path: "datasets/schema", imports: "internal/safeyaml datasets/rawlog datasets/safefile"},
		{path: "datasets/periods", imports: "datasets/rawlog datasets/schema"},
		{path: "datasets", imports: "datasets/internal/pass datasets/schema"},
		{path: "datasets/internal/testset", imports: "datasets"},
		{path: "datasets/encode", files: 19, imports: "graph/offheap datasets/safefile datasets datasets/internal/cores datasets/internal/hash datasets/internal/table datasets/rawlog datasets/schema"},
		{path: "datasets/drift", imports: "datasets datasets/encode datasets/internal/hash datasets/rawlog datasets/schema"},
		{path: "datasets/synthetic", imports: "graph/offheap datasets datasets/internal/hash datasets/safefile datasets/schema"},
		{path: "datasets/prepared", imports: "datasets datasets/encode datasets/safefile datasets/internal/pass " +
			"datasets/rawlog datasets/schema"},
		{path: "datasets/known", imports: "datasets datasets/encode datasets/rawlog datasets/schema datasets/synthetic"},
		{path: "datasets/leak", imports: "datasets"},
		{path: "datasets/ablate", imports: "datasets"},
		{path: "datasets/draft", imports: "internal/safeyaml datasets/leak datasets/rawlog datasets/safefile datasets/schema"},

		{path: "zoo", imports: "datasets graph", files: 26}, // one file for each model
		{path: "zoo/metrics", imports: "graph"},
		{path: "zoo/checkpoint", imports: "datasets/safefile datasets datasets/schema graph graph/offheap zoo/metrics"},
		{path: "zoo/predict", imports: "datasets graph graph/kernel solvers zoo zoo/checkpoint zoo/metrics"},
		{path: "zoo/internal/npy"},
		{path: "zoo/export/onnx", imports: "datasets datasets/encode datasets/prepared datasets/schema graph graph/offheap " +
			"zoo datasets/safefile zoo/predict"},
		{path: "zoo/export/verify", imports: "datasets datasets/encode datasets/schema graph graph/offheap zoo/export/onnx zoo/predict"},
		{path: "zoo/export/embeddings", imports: "datasets graph graph/offheap zoo datasets/safefile zoo/internal/npy zoo/predict"},
		{path: "zoo/statedict", imports: "internal/safeyaml datasets/safefile graph/offheap datasets datasets/schema graph zoo zoo/internal/npy zoo/predict"},
		{path: "zoo/train", files: 17, imports: "datasets graph graph/kernel graph/offheap solvers solvers/parallel solvers/ranks solvers/schedule " +
			"zoo zoo/checkpoint zoo/metrics zoo/predict"},
		{path: "zoo/internal/testrun", imports: "datasets datasets/encode datasets/rawlog datasets/schema datasets/synthetic " +
			"solvers zoo zoo/checkpoint zoo/metrics zoo/predict zoo/train"},
		{path: "zoo/bench", imports: "datasets graph graph/kernel solvers solvers/parallel solvers/ranks zoo zoo/predict"},
		{path: "zoo/stream", imports: "datasets datasets/drift datasets/encode datasets/rawlog datasets/safefile datasets/schema graph solvers solvers/ranks zoo zoo/checkpoint zoo/metrics zoo/predict zoo/train"},
		{path: "zoo/stream/feed", imports: "datasets/periods datasets/prepared datasets/rawlog zoo/stream"},
		{path: "zoo/stream/topic", imports: "datasets/kafka datasets/periods datasets/rawlog datasets/safefile zoo/checkpoint zoo/stream"},
		{path: "zoo/delta", imports: "datasets datasets/schema graph graph/offheap zoo zoo/checkpoint datasets/safefile"},
		{path: "zoo/internal/browser"},
		{path: "zoo/experiment", files: 18, imports: "internal/safeyaml datasets/safefile datasets datasets/ablate graph graph/kernel solvers solvers/schedule zoo zoo/metrics zoo/predict zoo/train"},
		{path: "zoo/internal/chart"},
		{path: "zoo/experiment/report", files: 19, imports: "datasets/safefile zoo zoo/checkpoint zoo/experiment zoo/internal/chart zoo/metrics"},
		{path: "zoo/stream/report", imports: "zoo/internal/chart"},

		{path: "zoo/serve", imports: "datasets datasets/encode datasets/rawlog datasets/safefile graph zoo zoo/checkpoint zoo/predict"},
		{path: "zoo/serve/rest", imports: "datasets/encode datasets/rawlog zoo/serve"},
		{path: "zoo/serve/prom", imports: "zoo/serve"},
		{path: "zoo/serve/traces", imports: "zoo/serve"},
		{path: "zoo/serve/page", imports: "datasets datasets/encode datasets/schema zoo/checkpoint zoo/metrics zoo/serve"},
		{path: "zoo/serve/rpc/inference"},
		{path: "zoo/serve/rpc", imports: "datasets/encode zoo/serve zoo/serve/rpc/inference"},
		{path: "zoo/bench/tape", imports: "datasets graph zoo/export/onnx zoo/predict"},
		{path: "zoo/bench/quality", imports: "datasets graph solvers zoo zoo/bench zoo/bench/tape zoo/internal/chart zoo/metrics zoo/train"},
		{path: "zoo/bench/serving", imports: "datasets datasets/encode datasets/schema graph zoo zoo/bench zoo/predict " +
			"zoo/serve zoo/serve/prom zoo/serve/rest zoo/serve/rpc zoo/serve/rpc/inference"},

		{path: "cmd/internal/ui", imports: "datasets/safefile zoo/stream zoo/experiment zoo/metrics zoo/train"},
		{path: "cmd/internal/flags", files: 17, imports: "internal/safeyaml cmd/internal/ui " +
			"datasets datasets/encode datasets/known datasets/prepared datasets/rawlog datasets/safefile datasets/schema datasets/synthetic " +
			"graph solvers solvers/schedule zoo zoo/checkpoint zoo/experiment zoo/metrics zoo/predict zoo/train"},
		{path: "cmd/internal/bench/peer", imports: "cmd/internal/flags cmd/internal/ui datasets/prepared datasets/safefile graph/kernel solvers " +
			"zoo/bench zoo/bench/quality zoo/bench/tape zoo/export/verify"},
		{path: "cmd/internal/bench", imports: "datasets cmd/internal/bench/peer cmd/internal/flags cmd/internal/ui datasets/prepared graph/kernel solvers solvers/ranks zoo zoo/bench zoo/bench/serving"},
		{path: "cmd/internal/export", imports: "cmd/internal/flags cmd/internal/ui datasets/schema " +
			"zoo/export/embeddings zoo/export/onnx zoo/export/verify zoo/predict zoo/statedict"},
		{path: "cmd/internal/serve", imports: "datasets/prepared cmd/internal/flags cmd/internal/ui zoo/predict zoo/serve zoo/serve/page zoo/serve/prom zoo/serve/rest zoo/serve/rpc zoo/serve/traces"},
		{path: "cmd", files: 24, imports: "zoo/stream zoo/stream/feed zoo/stream/report zoo/stream/topic datasets/kafka datasets/periods datasets/schema cmd/internal/bench cmd/internal/export cmd/internal/flags cmd/internal/serve cmd/internal/ui " + // a file for each verb
			"datasets datasets/draft datasets/encode datasets/known datasets/leak datasets/prepared datasets/rawlog datasets/synthetic " +
			"datasets/safefile graph graph/kernel solvers solvers/ranks solvers/ranks/mpi " +
			"zoo zoo/checkpoint zoo/delta zoo/experiment zoo/experiment/report zoo/export/embeddings zoo/metrics zoo/predict zoo/train"},
		{path: "cmd/zoo", imports: "cmd"},
	}
}

// A listed package is one as go list has it.
type listed struct {
	Dir, ImportPath, Name             string
	Imports, Deps                     []string
	GoFiles, CgoFiles, IgnoredGoFiles []string
}

func (p *listed) path() string { return strings.TrimPrefix(p.ImportPath, module) }

// listModule lists the packages of the module.
func listModule(t *testing.T) (packages []listed) {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=Dir,ImportPath,Name,Imports,Deps,GoFiles,CgoFiles,IgnoredGoFiles", module+"...").Output()
	require.NoError(t, err)
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p listed
		require.NoError(t, d.Decode(&p))
		packages = append(packages, p)
	}
	return packages
}

func TestEveryPackageKeepsToThePlan(t *testing.T) {
	rooms := map[string]room{}
	for _, r := range plan() {
		for _, imported := range strings.Fields(r.imports) {
			_, below := rooms[imported]
			require.True(t, below, "the plan lists %s after %s, which imports it", imported, r.path)
		}
		rooms[r.path] = r
	}
	for _, p := range listModule(t) {
		r, planned := rooms[p.path()]
		require.True(t, planned, "the plan lacks %s", p.path())
		delete(rooms, p.path())
		t.Run(p.path(), func(t *testing.T) { keepsTo(t, r, &p) })
	}
	require.Empty(t, rooms, "the module lacks packages of the plan")
}

// keepsTo asserts that a package is as it is planned.
func keepsTo(t *testing.T, r room, p *listed) {
	t.Helper()
	for _, imported := range p.Imports {
		if path, ours := strings.CutPrefix(imported, module); ours {
			require.True(t, slices.Contains(strings.Fields(r.imports), path), "%s must not import %s", r.path, path)
		}
	}
	if strings.HasPrefix(r.path, "datasets") {
		for _, imported := range p.Deps {
			require.False(t, strings.HasPrefix(imported, "gorgonia.org/"), "%s imports %s", r.path, imported)
		}
	}
	if r.path != "zoo/serve/traces" && !strings.HasPrefix(r.path, "cmd") {
		for _, imported := range p.Deps {
			require.False(t, strings.HasPrefix(imported, "go.opentelemetry.io/"), "%s imports %s: only who asks for spans links it", r.path, imported)
		}
	}
	if !slices.Contains([]string{"datasets/kafka", "zoo/stream/topic", "cmd", "cmd/zoo"}, r.path) {
		for _, imported := range p.Deps {
			require.False(t, strings.HasPrefix(imported, "github.com/twmb/franz-go"), "%s imports %s", r.path, imported)
		}
	}
	most := r.files
	if most == 0 {
		most = 15
	}
	others := func(file string) bool { return file == "doc.go" || strings.HasSuffix(file, "_test.go") }
	files := slices.DeleteFunc(slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles), others)
	require.LessOrEqual(t, len(files), most, "files of %s", r.path)
	if p.Name != "main" {
		isDocumented(t, p)
	}
}

// isDocumented asserts that a package has a doc.go, or one file only, that begins as Go wants it.
func isDocumented(t *testing.T, p *listed) {
	t.Helper()
	name := "doc.go"
	if len(p.GoFiles) == 1 {
		name = p.GoFiles[0]
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.PackageClauseOnly|parser.ParseComments)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(file.Doc.Text(), "Package "+p.Name+" "), "the comment in %s of %s", name, p.path())
}
