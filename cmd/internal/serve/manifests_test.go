package serve

import (
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ctrzoo/ctrzoo/cmd/internal/flags"
	"github.com/goccy/go-yaml"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

// manifest is what the manifests of docs/serving.md have to do with the flags.
type manifest struct {
	Kind string
	Spec struct {
		Template  struct{ Spec pod } // of a Deployment
		Predictor pod                // of an InferenceService
	}
}

type pod struct {
	Grace      int `yaml:"terminationGracePeriodSeconds"`
	Containers []struct {
		Args  []string
		Ports []struct {
			ContainerPort int `yaml:"containerPort"`
		}
		Startup   *probe `yaml:"startupProbe"`
		Readiness *probe `yaml:"readinessProbe"`
		Liveness  *probe `yaml:"livenessProbe"`
		Mounts    []struct {
			Path string `yaml:"mountPath"`
		} `yaml:"volumeMounts"`
	}
}

type probe struct {
	Get struct {
		Path string
		Port int
	} `yaml:"httpGet"`
}

// The manifests are YAML, their arguments are flags, and their ports, probes, mounts and times fit these.
func TestTheManifestsFitTheFlags(t *testing.T) {
	text, err := os.ReadFile("../../../docs/serving.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(text, -1)
	require.Len(t, blocks, 2)
	for _, block := range blocks {
		var m manifest
		require.NoError(t, yaml.Unmarshal(block[1], &m))
		t.Run(m.Kind, func(t *testing.T) {
			p := m.Spec.Template.Spec
			if m.Kind == "InferenceService" {
				p = m.Spec.Predictor
			}
			require.Len(t, p.Containers, 1)
			checkPod(t, &p, m.Kind == "Deployment")
		})
	}
}

// checkPod checks the container of a pod. That of a Deployment says how long it may take to end, and where the model is.
func checkPod(t *testing.T, p *pod, isDeployment bool) {
	t.Helper()
	c := p.Containers[0]
	require.Equal(t, "serve", c.Args[0])
	catalogs, err := flags.NewCatalogs(flags.Own{})
	require.NoError(t, err)
	cmd := NewCommand(catalogs)
	require.NoError(t, cmd.ParseFlags(c.Args[1:]))
	f := cmd.Flags()
	for _, port := range c.Ports {
		require.Contains(t, []int{portOf(t, f, "listen"), portOf(t, f, "grpc"), portOf(t, f, "metrics")}, port.ContainerPort)
	}
	for kind, found := range map[string]*probe{"startup": c.Startup, "readiness": c.Readiness, "liveness": c.Liveness} {
		if found == nil {
			require.False(t, isDeployment, kind)
			continue
		}
		require.Equal(t, portOf(t, f, "listen"), found.Get.Port)
		require.Equal(t, map[bool]string{true: "/v2/health/live", false: "/v2/health/ready"}[kind == "liveness"], found.Get.Path)
	}
	if !isDeployment {
		return
	}
	pause, err := f.GetDuration("drain-pause")
	require.NoError(t, err)
	drain, err := f.GetDuration("drain-time")
	require.NoError(t, err)
	require.Greater(t, time.Duration(p.Grace)*time.Second, pause+drain, "the drain is over before the pod is killed")
	from, err := f.GetString("from")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(from, c.Mounts[0].Path+"/"))
}

// portOf returns the port of a flag that is an address; 0 if it is empty.
func portOf(t *testing.T, f *pflag.FlagSet, name string) int {
	t.Helper()
	address, err := f.GetString(name)
	require.NoError(t, err)
	if address == "" {
		return 0
	}
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	n, err := strconv.Atoi(port)
	require.NoError(t, err)
	return n
}

// What the Dockerfile exposes are the ports of the flags, and it builds with the Go of the module.
func TestTheDockerfileFitsTheModule(t *testing.T) {
	text, err := os.ReadFile("../../../Dockerfile")
	require.NoError(t, err)
	module, err := os.ReadFile("../../../go.mod")
	require.NoError(t, err)
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)[1]
	require.Contains(t, string(text), "FROM golang:"+string(goVersion)+" ")
	catalogs, err := flags.NewCatalogs(flags.Own{})
	require.NoError(t, err)
	f := NewCommand(catalogs).Flags()
	ports := []string{"EXPOSE"}
	for _, name := range []string{"listen", "grpc", "metrics"} {
		ports = append(ports, strconv.Itoa(portOf(t, f, name)))
	}
	require.Contains(t, string(text), strings.Join(ports, " ")+"\n")
}
