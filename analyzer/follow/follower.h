// Analyses a folder of segments as what it is: recordings, one after the other, each of them one
// sequence of records whatever files it is in. Gives the same alerts in the same order whether the
// folder is read once, followed while it is written, or read in parts with a checkpoint between.
//
// How alerts look, and what else there is to be told, is left to the caller.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/compiler/program.h"
#include "analyzer/engine/engine.h"
#include "analyzer/follow/alert_output.h"
#include "analyzer/follow/checkpoint_saver.h"
#include "analyzer/follow/folder_watch.h"
#include "analyzer/follow/metrics_socket.h"
#include "analyzer/follow/operations.h"
#include "analyzer/follow/sink_set.h"
#include "analyzer/sinks/sink_spec.h"
#include "trace/daemon/service_manager.h"
#include "trace/reader.h"

namespace exectrail::analyzer {

using SeeRecord = std::function<void(const trace::Record&, const trace::Header&)>;

struct FollowSettings {
  std::string folder;
  bool newest = false;  // only from the newest segment on, without a checkpoint
  SeeRecord onRecord;   // gets each that is judged; may be empty
  bool follow = false;  // go on when all that is there has been read, until told to end
  trace::Ahead ahead = trace::Ahead::kIfWorthIt;  // when not following
  std::string checkpoint;                         // a file; empty: none
  OutputSettings output;
  std::string separator;             // stands between two alerts
  std::vector<SinkSpec> sinks;       // besides the output, while following
  std::vector<std::string> secrets;  // patterns of what is taken out for them, besides ours
  std::string metrics;               // a socket that tells figures; empty: none
  bool confinedFiles = false;        // a sandbox chooses which may be opened; for these figures
  bool confinedCalls = false;        // and which system calls there are
  std::vector<std::string> watched;  // recipe files and folders: a change of one loads all anew
};

// A program as it is loaded, and what is usual to it; null if something is wrong, which was told.
using LoadProgram = std::function<std::shared_ptr<const Program>()>;
// Empty if the alert is not to be written.
using RenderAlert = std::function<std::string(const Alert&, const trace::Header&, const Program&)>;

class Follower {
 public:
  // `load` is called again when recipes change. `operations` must outlive the follower, and so must
  // `baseline`, which may be null.
  Follower(FollowSettings settings, std::shared_ptr<const Program> program, LoadProgram load,
           RenderAlert render, const Baseline* baseline, Operations& operations);

  void run();

  const Summary& summary() const { return total_; }   // of what was applied to all that was read
  std::uint64_t notSeen() const { return notSeen_; }  // records and events that nobody could judge
  bool damaged() const { return damaged_; }
  bool anything() const { return anything_; }

 private:
  void resume();
  void pass();
  std::string beforeFirstNeeded();
  bool nextSegment(std::string& name);
  void readSegment(const std::string& name);
  std::unique_ptr<trace::Reader> open(const std::string& name);
  bool continues(const trace::Header& header) const;
  void begin(const trace::Header& header);
  void readRecords(trace::Reader& reader, std::uint64_t restated);
  void afterSegment(const trace::Reader& reader, const std::string& name);
  void endRecording();
  bool more(const std::string& name, bool inside);
  bool hasSuccessor(const std::string& name) const;
  void batchDone();
  void flush();
  std::string statusLine() const;
  std::string figures() const;
  void look();
  Checkpoint here() const;
  void reload();
  bool interrupted() const { return watch_ && (watch_->stopped() || again_); }
  void put(const Alert& alert);

  FollowSettings settings_;
  std::shared_ptr<const Program> program_;
  std::shared_ptr<const Program> next_;  // after this pass
  LoadProgram load_;
  RenderAlert render_;
  const Baseline* baseline_;
  Operations& operations_;
  AlertOutput output_;
  CheckpointSaver saver_;
  FileDescriptor checkpointLock_;
  std::optional<FolderWatch> watch_;  // only when following
  std::optional<MetricsSocket> metrics_;
  trace::ServiceManager manager_;
  bool caughtUp_ = false;
  std::optional<SinkSet> sinks_;            // only when following
  std::optional<trace::Record> heartbeat_;  // to be sent when its batch has been read

  // Alerts of what comes after this are written.
  Position written_;
  // Where we are: alerts that are found now belong to it.
  Position now_;
  trace::Header header_;            // of the segment that is being read, or was read last
  bool whole_ = false;              // and it was, to its end
  std::unique_ptr<Engine> engine_;  // of the recording that is being read; null: of none
  const trace::Reader* reader_ = nullptr;
  bool looked_ = false;    // whether the segment has a successor was asked
  bool lastLook_ = false;  // the segment has a successor: what is not there now will not come
  std::string buffer_;
  std::string bootId_;        // of this host
  std::uint64_t passNs_ = 0;  // when the pass began; 0: it has come to something new
  std::uint64_t savedNs_ = 0;
  bool dirty_ = false;  // something has happened since the checkpoint
  bool again_ = false;  // the program has changed: what it needs to know is read again
  Summary total_;
  std::uint64_t notSeen_ = 0;
  bool damaged_ = false;
  bool anything_ = false;
};

}  // namespace exectrail::analyzer
