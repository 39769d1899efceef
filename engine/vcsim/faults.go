package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// trouble is what shall go wrong, and how often: a method that is answered with an error, or an upload.
//
//	fault    the call of "method" is refused; "fault" says how (kinds below)
//	break    the upload's connection is reset after "after" bytes
//	expire   the lease is lost after "after" bytes of an upload, and the connection reset
//	stall    the lease is lost after "after" bytes, and the upload stands still until the client hears of it
//	hold     the upload stands still after "after" bytes, until the faults are forgotten
type trouble struct {
	Action string `json:"action"`
	Method string `json:"method"`
	Fault  string `json:"fault"`
	After  int64  `json:"after"`
	Times  int    `json:"times"`
}

// kinds are made here: govmomi's own lack what pyVmomi expects of them.
var kinds = map[string]types.BaseMethodFault{
	"":                      &types.SystemError{Reason: "simulated"},
	"NotAuthenticated":      &types.NotAuthenticated{NoPermission: types.NoPermission{PrivilegeId: "System.View"}},
	"NoPermission":          &types.NoPermission{PrivilegeId: "System.Modify"},
	"InvalidState":          &types.InvalidState{},
	"InsufficientResources": &types.InsufficientResourcesFault{},
}

// upload is one that came in: all of it, unless it broke.
type upload struct {
	Name      string `json:"name"`
	Method    string `json:"method"`
	Type      string `json:"type"`
	Overwrite string `json:"overwrite"`
	Length    int64  `json:"length"`
	SHA256    string `json:"sha256"`
	Whole     bool   `json:"whole"`
}

type faults struct {
	service *simulator.Service

	mutex   sync.Mutex
	list    []*trouble
	calls   map[string]int
	uploads []upload
	session *simulator.Session
	lost    map[string]chan struct{} // closed when a client has heard of it
	held    chan struct{}            // closed when uploads need not be held any longer
}

func newFaults(service *simulator.Service) *faults {
	return &faults{service: service, calls: map[string]int{}, lost: map[string]chan struct{}{}, held: make(chan struct{})}
}

// handle sees every call before it is carried out. A lease that is aborted takes its machine with it, as it does on a
// real host; one that is lost answers nothing more.
func (f *faults) handle(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.calls[method.Name]++
	if method.Name == "ImportVApp" {
		f.session = ctx.Session
	}
	if heard, ok := f.lost[method.This.Value]; ok && method.This.Type == "HttpNfcLease" {
		select {
		case <-heard:
		default:
			close(heard)
		}
		return nil, &types.InvalidState{}
	}
	if method.Name == "HttpNfcLeaseAbort" && ctx.Session != nil {
		if lease, ok := ctx.Session.Get(method.This).(*simulator.HttpNfcLease); ok {
			f.remove(lease)
		}
	}
	return nil, nil
}

// remove takes the machine of a lease away, and returns when it is gone.
func (f *faults) remove(lease *simulator.HttpNfcLease) {
	if lease.Info == nil {
		return
	}
	ctx := f.service.Context
	if machine, ok := ctx.Map.Get(lease.Info.Entity).(*simulator.VirtualMachine); ok {
		begun := machine.DestroyTask(ctx, &types.Destroy_Task{This: machine.Self}).(*methods.Destroy_TaskBody)
		ctx.Map.Get(begun.Res.Returnval).(*simulator.Task).Wait()
	}
}

// lose ends a lease as a host does whose client was not heard of; the channel tells that the client knows.
func (f *faults) lose(id string) chan struct{} {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	heard := make(chan struct{})
	f.lost[id] = heard
	reference := types.ManagedObjectReference{Type: "HttpNfcLease", Value: id}
	if lease, ok := f.session.Get(reference).(*simulator.HttpNfcLease); ok {
		lease.State = types.HttpNfcLeaseStateError
		lease.Error = &types.LocalizedMethodFault{Fault: &types.Timedout{}, LocalizedMessage: "The lease has timed out"}
		f.remove(lease)
	}
	return heard
}

// take finds what shall happen to an upload, and counts it.
func (f *faults) take() *trouble {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, each := range f.list {
		if each.Times > 0 {
			each.Times--
			return each
		}
	}
	return nil
}

// wrap puts what the tests ask of the simulator, and the uploads, in front of it.
func (f *faults) wrap(next http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", next)
	mux.HandleFunc("POST /simulator/faults", f.add)
	mux.HandleFunc("DELETE /simulator/faults", f.forget)
	mux.HandleFunc("GET /simulator/seen", f.seen)
	mux.HandleFunc("/nfc/", func(w http.ResponseWriter, r *http.Request) { f.receive(w, r, next) })
	return mux
}

func (f *faults) add(w http.ResponseWriter, r *http.Request) {
	wanted := trouble{Times: 1}
	if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if wanted.Action != "fault" {
		f.mutex.Lock()
		defer f.mutex.Unlock()
		f.list = append(f.list, &wanted)
		return
	}
	kind, ok := kinds[wanted.Fault]
	if !ok {
		http.Error(w, "no such fault", http.StatusBadRequest)
		return
	}
	f.service.AddFaultRule(&simulator.FaultInjectionRule{
		MethodName: wanted.Method, ObjectType: "*", ObjectName: "*", Probability: 1,
		FaultType: simulator.FaultTypeCustom, Fault: kind, Message: "simulated", MaxCount: wanted.Times, Enabled: true,
	})
}

func (f *faults) forget(w http.ResponseWriter, _ *http.Request) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.list, f.uploads, f.calls = nil, nil, map[string]int{}
	f.service.ClearFaultRules()
	close(f.held)
	f.held = make(chan struct{})
}

func (f *faults) seen(w http.ResponseWriter, _ *http.Request) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	_ = json.NewEncoder(w).Encode(map[string]any{"calls": f.calls, "uploads": f.uploads})
}

// receive lets an upload through, or through in part.
func (f *faults) receive(w http.ResponseWriter, r *http.Request, next http.Handler) {
	parts := strings.Split(r.URL.Path, "/")
	came := upload{
		Name: parts[len(parts)-1], Method: r.Method, Type: r.Header.Get("Content-Type"),
		Overwrite: r.Header.Get("Overwrite"), Length: r.ContentLength,
	}
	planned := f.take()
	if planned == nil {
		sum := sha256.New()
		count := &counter{}
		r.Body = io.NopCloser(io.TeeReader(r.Body, io.MultiWriter(sum, count)))
		next.ServeHTTP(w, r)
		came.SHA256, came.Whole = hex.EncodeToString(sum.Sum(nil)), count.bytes == r.ContentLength
		f.note(came)
		return
	}
	_, _ = io.CopyN(io.Discard, r.Body, planned.After)
	switch planned.Action {
	case "expire":
		f.lose(parts[len(parts)-2])
	case "stall":
		<-f.lose(parts[len(parts)-2])
	case "hold":
		f.mutex.Lock()
		held := f.held
		f.mutex.Unlock()
		<-held
	}
	f.note(came)
	panic(http.ErrAbortHandler)
}

func (f *faults) note(came upload) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.uploads = append(f.uploads, came)
}

type counter struct{ bytes int64 }

func (c *counter) Write(piece []byte) (int, error) {
	c.bytes += int64(len(piece))
	return len(piece), nil
}
